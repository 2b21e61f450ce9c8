/**
 * checkEnsemble: mistakes in the list of servers, told before anything is started: what cannot work
 * is refused with one message, what works worse than its author thinks is a warning.
 */
import { ConfigError } from './config-error.ts';
import type {
  EnsembleSpecification,
  ServerRole,
  ServerSpecification,
} from './server-specification.ts';

export interface EnsembleFacts {
  readonly ensemble: EnsembleSpecification;
  readonly dataDir: string;
  readonly myid: number | null;
  /** `peerType` as it is written; null when it is not. */
  readonly peerType: ServerRole | null;
  readonly isMultiAddressEnabled: boolean;
}

/** Throws ConfigError; returns warnings, each a sentence without its full stop. */
export function checkEnsemble(facts: EnsembleFacts): string[] {
  const { servers } = facts.ensemble;
  const own = checkOwnId(facts);
  checkAddresses(servers);
  const several = servers.find(({ addresses }) => addresses.length > 1);
  if (several !== undefined && !facts.isMultiAddressEnabled) {
    const wanted = 'that needs multiAddress.enabled=true';
    throw new ConfigError(`server.${several.id} has several addresses; ${wanted}.`);
  }
  return [...warnOfVoters(servers), ...warnOfPeerType(own, facts.peerType)];
}

function checkOwnId({ ensemble, dataDir, myid }: EnsembleFacts): ServerSpecification {
  const listed = ensemble.servers.map(({ id }) => id).join(', ');
  if (myid === null) {
    throw new ConfigError(
      `${dataDir}/myid is missing. It says which server this is: one of ${listed}.`,
    );
  }
  const own = ensemble.servers.find(({ id }) => id === myid);
  if (own !== undefined) return own;
  throw new ConfigError(
    `My id ${myid} is not in the list of servers: ${listed}. It comes from ${dataDir}/myid.`,
  );
}

function checkAddresses(servers: readonly ServerSpecification[]): void {
  const seen = new Map<string, number>();
  for (const { id, addresses } of servers) {
    for (const { host, quorumPort, electionPort } of addresses) {
      for (const port of [quorumPort, electionPort]) {
        const address = `${host.toLowerCase()}:${port}`;
        const other = seen.get(address);
        if (other !== undefined) throw new ConfigError(describeDouble(address, other, id));
        seen.set(address, id);
      }
    }
  }
}

function describeDouble(address: string, one: number, other: number): string {
  const who = one === other ? `server.${one} has` : `server.${one} and server.${other} both have`;
  return `${who} the address ${address} ${one === other ? 'twice' : ''}`.trimEnd().concat('.');
}

function warnOfVoters(servers: readonly ServerSpecification[]): string[] {
  const count = servers.filter(({ role }) => role === 'participant').length;
  if (count % 2 === 1) return [];
  const failures = Math.floor((count - 1) / 2);
  const survives = failures === 0 ? 'no failure' : `no more than ${failures} failures`;
  return [
    `${count} servers vote: that survives ${survives}, as ${count - 1} would; ` +
      'an odd number is better',
  ];
}

function warnOfPeerType(own: ServerSpecification, peerType: ServerRole | null): string[] {
  if (peerType === null || peerType === own.role) return [];
  return [
    `peerType=${peerType} contradicts the list of servers, where server.${own.id} is ` +
      `${own.role === 'observer' ? 'an observer' : 'a participant'}; the list counts`,
  ];
}
