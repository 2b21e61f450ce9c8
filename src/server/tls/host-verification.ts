/**
 * Whether a certificate is for the host that uses it (ZooKeeper's ZKTrustManager and its hostname
 * verifier): for its address, or for the name by which it was dialled. Of who connects there is no
 * such name: one that the configuration has, and that leads to the address, will do, and where that
 * is allowed the name that the DNS has for the address.
 */
import type { X509Certificate } from 'node:crypto';
import { lookup, reverse } from 'node:dns/promises';
import { isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect, type SecureContext, type TLSSocket } from 'node:tls';
import { plainAddress } from '../../io/net/tcp-connection.ts';

export interface SecureSocketOptions {
  readonly secureContext: SecureContext;
  readonly isHostChecked: boolean;
}

/** Begins TLS on a connection with the host that was dialled. */
export function secureSocketTo(
  socket: Socket,
  host: string,
  { secureContext, isHostChecked }: SecureSocketOptions,
): TLSSocket {
  const address = plainAddress(socket.remoteAddress ?? '');
  return connect({
    socket,
    secureContext,
    // NODE_TLS_REJECT_UNAUTHORIZED=0 is meant for others in this process.
    rejectUnauthorized: true,
    ...(isIP(host) === 0 && { servername: host }),
    checkServerIdentity: (_, certificate) => {
      if (!isHostChecked) return undefined;
      const error = checkServerIdentity(host, certificate);
      const isForAddress = checkServerIdentity(address, certificate) === undefined;
      return isForAddress ? undefined : error;
    },
  });
}

export interface ClientHostOptions {
  readonly allowReverseDnsLookup: boolean;
  /** Names by which those who connect are known. */
  readonly hosts: Iterable<string>;
}

/** Why the certificate is not for who connects from there, or null. */
export async function checkClientHost(
  certificate: X509Certificate,
  address: string,
  { allowReverseDnsLookup, hosts }: ClientHostOptions,
): Promise<string | null> {
  if (certificate.checkIP(address) !== undefined) return null;
  for (const host of hosts) {
    if (certificate.checkHost(host) !== undefined && (await isAt(host, address))) return null;
  }
  const names = allowReverseDnsLookup ? await reverse(address).catch(() => []) : [];
  if (names.some((name) => certificate.checkHost(name) !== undefined)) return null;
  const known = [address, ...names].join(', ');
  return `the certificate (${certificate.subjectAltName ?? 'no names'}) is not for ${known}`;
}

async function isAt(host: string, address: string): Promise<boolean> {
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.some((each) => each.address === address);
}
