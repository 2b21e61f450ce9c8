/** A QuorumAuth with one user, and real connections to use it on. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type QuorumAuth, quorumAuthOf } from '../../../../src/server/quorum/auth/quorum-auth.ts';

export interface TestAuthOptions {
  readonly password?: string;
  readonly isRequired?: boolean;
  readonly timeoutMs?: number;
}

export function makeAuth({ password = 'secret', ...rest }: TestAuthOptions = {}): QuorumAuth {
  return quorumAuthOf({
    users: new Map([['member', 'secret']]),
    credentials: { username: 'member', password },
    ...{ isRequired: true, timeoutMs: 30_000, ...rest },
  });
}

/** Of a socket: at least so many bytes. */
export async function read(socket: Socket, count: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = socket.read(count);
    if (bytes !== null) return bytes;
    await once(socket, 'readable');
  }
}

/** A packet, as Java's records are written. */
export function packet(status: number, token: string): Buffer {
  const header = Buffer.from('5f2435013501edcc0000000000000000', 'hex');
  header.writeInt32BE(status, 8);
  header.writeInt32BE(Buffer.byteLength(token), 12);
  return Buffer.concat([header, Buffer.from(token)]);
}

export async function readPacket(socket: Socket): Promise<{ status: number; token: string }> {
  const header = await read(socket, 16);
  const length = header.readInt32BE(12);
  const token = length > 0 ? (await read(socket, length)).toString() : '';
  return { status: header.readInt32BE(8), token };
}

const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest();
const hex = (bytes: Uint8Array | string) => md5(bytes).toString('hex');

/** What a learner answers to the challenge; written without the code that is tested. */
export function responseTo(challenge: string, { password = 'secret', authzid = '' } = {}): string {
  const nonce = /nonce="([^"]*)"/.exec(challenge)?.[1] ?? '';
  const realm = 'zk-quorum-sasl-md5';
  const uri = `zookeeper-quorum/${realm}`;
  const suffix = authzid === '' ? '' : `:${authzid}`;
  const secret = md5(`member:${realm}:${password}`);
  const a1 = hex(Buffer.concat([secret, Buffer.from(`:${nonce}:c${suffix}`)]));
  const response = hex(`${a1}:${nonce}:00000001:c:auth:${hex(`AUTHENTICATE:${uri}`)}`);
  return [
    ...['username="member"', `realm="${realm}"`, `nonce="${nonce}"`, 'nc=00000001', 'cnonce="c"'],
    ...[`digest-uri="${uri}"`, `response=${response}`, 'qop=auth'],
    ...(authzid === '' ? [] : [`authzid="${authzid}"`]),
  ].join(',');
}
