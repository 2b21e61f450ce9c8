/** The other servers: found, reached, and what they say they are. */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ServerSpecification } from '../../../server/config/server-specification.ts';
import { askWord } from '../../ask-word.ts';
import {
  type ClientAddress,
  type Configuration,
  ownClientAddress,
  ownTls,
} from '../../configuration.ts';
import { isSystemError } from '../../system-error.ts';
import { type Finding, Findings } from '../finding.ts';

const TIMEOUT_MS = 3000;

/** What a server said of itself; null where it did not answer. */
interface Said {
  readonly id: number;
  readonly mode: string | null;
}

const SILENT = { mode: null };

export async function checkPeers(subject: Configuration): Promise<Finding[]> {
  const findings = new Findings('peers');
  const { config, own } = subject;
  if (!config.isDistributed) return findings.all;
  if (own !== null) await checkOwnNames(findings, own);
  const checked = config.ensemble.servers.map(async (server) => {
    const each = new Findings('peers');
    const isReached = server === own || (await checkReachable(each, server));
    const said = isReached ? await checkAnswer(each, server, subject) : SILENT;
    return { said: { ...said, id: server.id }, all: each.all };
  });
  const results = await Promise.all(checked);
  findings.all.push(...results.flatMap(({ all }) => all));
  checkLeader(
    findings,
    results.map(({ said }) => said),
  );
  return findings.all;
}

/** The others connect to what stands in the list: it has to be this machine. */
async function checkOwnNames(findings: Findings, { id, addresses }: ServerSpecification) {
  const here = new Set(
    Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .map((each) => each.address),
  );
  for (const { host } of addresses) {
    const found = await addressesOf(host);
    if (typeof found === 'string') {
      findings.fail(`server.${id}, this server: ${host} cannot be found (${found})`, NAME_ADVICE);
    } else if (!found.some((address) => here.has(address))) {
      findings.warn(
        `server.${id}, this server: ${host} is ${found.join(', ')}, which is no address of this machine`,
        'correct the line or myid, unless an address is translated on the way',
      );
    }
  }
}

const NAME_ADVICE = 'correct the name, or enter it in DNS or /etc/hosts on every server';

/** The system's word when there are none. */
async function addressesOf(host: string): Promise<readonly string[] | string> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return error.code;
  }
}

/** Whether it can be reached at all. */
async function checkReachable(
  findings: Findings,
  { id, addresses }: ServerSpecification,
): Promise<boolean> {
  let isReached = false;
  for (const { host, quorumPort, electionPort } of addresses) {
    const found = await addressesOf(host);
    if (typeof found === 'string') {
      findings.fail(`server.${id}: ${host} cannot be found (${found})`, NAME_ADVICE);
      continue;
    }
    const election = await dial(host, electionPort);
    const quorum = await dial(host, quorumPort);
    const what = `server.${id}: its election port ${electionPort}`;
    if (election === null && quorum === null) {
      findings.ok(`${what} and quorum port ${quorumPort} at ${host} can be reached`);
    } else if (election === null && quorum === 'ECONNREFUSED') {
      // Java listens on its quorum port only while it leads.
      findings.ok(`${what} at ${host} can be reached; its quorum port is for when it leads`);
    } else {
      const port =
        election === null ? `quorum port ${quorumPort}` : `election port ${electionPort}`;
      const reason = election ?? quorum ?? '';
      const cannot = `server.${id}: its ${port} at ${host} cannot be reached (${reason})`;
      findings.warn(cannot, adviceFor(reason));
    }
    isReached ||= election === null;
  }
  return isReached;
}

function adviceFor(reason: string): string {
  return reason === 'ECONNREFUSED'
    ? 'nobody listens there: start that server, or correct the port'
    : 'the machine is down, or a firewall drops what is sent there';
}

/** Null when somebody listens there. Nothing is sent. */
function dial(host: string, port: number): Promise<string | null> {
  return new Promise((done) => {
    const socket = connect({ host, port });
    const end = (reason: string | null) => {
      clearTimeout(timer);
      socket.destroy();
      done(reason);
    };
    const timer = setTimeout(() => end(`no answer in ${TIMEOUT_MS} ms`), TIMEOUT_MS);
    socket.on('connect', () => end(null));
    socket.on('error', (error) => end(isSystemError(error) ? error.code : error.message));
  });
}

/** Where a server answers is in its line, or, as far as is known, where this one does. */
function clientAddressOf(server: ServerSpecification, { config, own }: Configuration) {
  const usual = ownClientAddress(config);
  if (usual === null || server === own) return usual;
  const { isSecure } = usual;
  const peerHost = server.addresses[0]?.host ?? '';
  const listed = isSecure ? server.secureClientAddress : server.clientAddress;
  // Two on one machine have not the same port: this server would be asked twice.
  if (listed === null && peerHost === own?.addresses[0]?.host) return null;
  const { host = '0.0.0.0', port = usual.port } = listed ?? {};
  const isAny = host === '0.0.0.0' || host === '::';
  return { host: isAny ? peerHost : host, port, isSecure };
}

async function checkAnswer(
  findings: Findings,
  server: ServerSpecification,
  subject: Configuration,
): Promise<Pick<Said, 'mode'>> {
  const { id } = server;
  const address = clientAddressOf(server, subject);
  if (address === null) return SILENT;
  const who = `server.${id}${server === subject.own ? ', this server' : ''}`;
  const answer = await ask(address, subject);
  const mode = /^Mode: (.+)$/m.exec(answer.text)?.[1] ?? null;
  const zxid = /^Zxid: (.+)$/m.exec(answer.text)?.[1] ?? '?';
  if (mode !== null) findings.ok(`${who} is ${mode}, at ${zxid}`);
  else if (server !== subject.own || answer.reason === null) {
    const why = answer.reason ?? answer.text.trim().slice(0, 80);
    const advice = 'start it, if it does not run; if it does, read its log';
    findings.warn(
      `${who} does not answer srvr at ${address.host}:${address.port} (${why})`,
      advice,
    );
  }
  return { mode };
}

interface Answer {
  readonly text: string;
  /** Why there is none. */
  readonly reason: string | null;
}

async function ask(
  { isSecure, ...address }: ClientAddress,
  { config }: Configuration,
): Promise<Answer> {
  try {
    const tls = isSecure ? await ownTls(config) : undefined;
    const text = await askWord({ ...address, word: 'srvr', timeoutMs: TIMEOUT_MS, tls });
    return { text, reason: null };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { text: '', reason: isSystemError(error) ? error.code : error.message };
  }
}

function checkLeader(findings: Findings, said: readonly Said[]): void {
  const answered = said.filter(({ mode }) => mode !== null);
  const leaders = answered.filter(({ mode }) => mode === 'leader').map(({ id }) => id);
  if (leaders.length > 1) {
    findings.warn(
      `servers ${leaders.join(' and ')} both say that they lead`,
      'ask again: one of them notices in a moment; if not, they have different lists of servers',
    );
  } else if (leaders.length === 0 && 2 * answered.length > said.length) {
    findings.warn(
      'more than half of the servers answer, and none leads',
      'give them a moment to elect one, then compare their lists of servers and election ports',
    );
  }
}
