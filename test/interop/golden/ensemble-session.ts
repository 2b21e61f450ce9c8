// What an ensemble of Java servers says on its quorum and election ports, made to say as much as
// possible: three participants and an observer behind taps, then one leader with learners of ours.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type JavaVersion, quickJvmFlags, startJavaServer } from '../java-server.ts';
import {
  createBody,
  createTtlBody,
  multiBody,
  pathBody,
  pathVersionBody,
  reconfigBody,
  setAclBody,
  setDataBody,
} from '../raw-body.ts';
import { connectBody, Op, openAcl, RawClient, RawConnection } from '../raw-client.ts';
import type { RunningServer } from '../running-server.ts';
import { electionSplitter, type GoldenPiece, quorumSplitter } from './quorum-splitter.ts';
import { startRawLearner } from './raw-learner.ts';
import { startTap, type Tap } from './tap.ts';

const WAIT_MS = 30_000;

/** Knows which pieces have been seen, and wakes who waits for one. */
export class PieceRecorder {
  readonly #keep: (piece: GoldenPiece) => void;
  readonly #seen = new Set<string>();
  readonly #waiting = new Map<string, () => void>();

  /** `keep` is called for the first piece of each name. */
  constructor(keep: (piece: GoldenPiece) => void) {
    this.#keep = keep;
  }

  record(piece: GoldenPiece): void {
    if (this.#seen.has(piece.name)) return;
    this.#seen.add(piece.name);
    this.#keep(piece);
    this.#waiting.get(piece.name)?.();
  }

  async waitFor(...names: readonly string[]): Promise<void> {
    for (const name of names) await this.#waitForOne(name);
  }

  #waitForOne(name: string): Promise<void> {
    if (this.#seen.has(name)) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const give = (): void => reject(new Error(`No ${name} within ${WAIT_MS} ms.`));
      const timer = setTimeout(give, WAIT_MS);
      this.#waiting.set(name, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** Fixed, because configurations with ports in them are part of what is recorded. */
const ports = (serverId: number) => ({
  quorum: 22_000 + serverId,
  election: 22_010 + serverId,
  tappedQuorum: 22_020 + serverId,
  tappedElection: 22_030 + serverId,
  /** A second address, of the one server that has two. */
  otherQuorum: 22_050 + serverId,
  otherElection: 22_060 + serverId,
  client: 22_040 + serverId,
});

const SERVER_IDS = [1, 2, 3, 4];
/** Has two addresses, and says so in the newer form of the initial message. */
const MULTI_ADDRESS = 3;
const OBSERVER = 4;

/** As one server knows them all: itself by the ports that it opens, the others behind their taps. */
const serverLines = (own: number): Record<string, string> =>
  Object.fromEntries(
    SERVER_IDS.map((id) => {
      const { quorum, election, tappedQuorum, tappedElection } = ports(id);
      const { otherQuorum, otherElection } = ports(id);
      const both = id === own ? `${quorum}:${election}` : `${tappedQuorum}:${tappedElection}`;
      const hasOther = id === own && id === MULTI_ADDRESS;
      const other = hasOther ? `|127.0.0.1:${otherQuorum}:${otherElection}` : '';
      return [`server.${id}`, `127.0.0.1:${both}${other}${id === OBSERVER ? ':observer' : ''}`];
    }),
  );

const limits = { tickTime: '500', initLimit: '20', syncLimit: '10' };

const dataDirOf = (folder: string, serverId: number): string => {
  const dataDir = mkdtempSync(path.join(folder, `server-${serverId}-`));
  writeFileSync(path.join(dataDir, 'myid'), String(serverId));
  return dataDir;
};

const tapAll = async (recorder: PieceRecorder): Promise<Tap[]> => {
  const taps: Tap[] = [];
  for (const id of SERVER_IDS) {
    const { quorum, election, tappedQuorum, tappedElection } = ports(id);
    for (const [port, targetPort, splitter] of [
      [tappedQuorum, quorum, quorumSplitter],
      [tappedElection, election, electionSplitter],
    ] as const) {
      const watch: Parameters<typeof startTap>[0]['watch'] = (side) => {
        const split = splitter(side);
        return (chunk) => {
          for (const piece of split(chunk)) recorder.record(piece);
        };
      };
      taps.push(await startTap({ port, targetPort, watch }));
    }
  }
  return taps;
};

/** One write of every kind, a sync and two failures, through a learner. */
const writeEverything = async (port: number, under: string): Promise<RawClient> => {
  const client = await RawClient.connect(port);
  await client.must(Op.create, createBody(under));
  await client.must(Op.create, createBody(`${under}/a`));
  await client.must(Op.create2, createBody(`${under}/a/e`, { flags: 1 }));
  await client.must(Op.createContainer, createBody(`${under}/c`, { flags: 4 }));
  await client.must(Op.createTTL, createTtlBody(`${under}/t`, 60_000n));
  await client.must(Op.setData, setDataBody(`${under}/a`, 'data'));
  await client.must(Op.setACL, setAclBody(`${under}/a`, [openAcl]));
  await client.must(
    Op.multi,
    multiBody([
      [Op.check, pathVersionBody(`${under}/a`, 1)],
      [Op.create, createBody(`${under}/a/m`)],
      [Op.setData, setDataBody(`${under}/a/m`, 'y')],
      [Op.delete, pathVersionBody(`${under}/a/m`)],
    ]),
  );
  await client.request(Op.multi, multiBody([[Op.check, pathVersionBody(`${under}/none`)]]));
  await client.request(Op.delete, pathVersionBody(`${under}/none`));
  await client.must(Op.delete, pathVersionBody(`${under}/t`));
  await client.must(Op.sync, pathBody(`${under}/a`));
  return client;
};

/** A session that moves from one follower to another, is closed there, and is asked for again. */
const moveSession = async (recorder: PieceRecorder, from: RawClient): Promise<void> => {
  const { sessionId, passwd } = from;
  from.connection.destroy();
  const moved = await RawClient.connect(ports(3).client, { sessionId, passwd });
  await recorder.waitFor('revalidate-answer-valid', 'ping-answer-touched');
  await moved.close();
  const gone = await RawConnection.open(ports(1).client);
  gone.sendFrame(connectBody({ sessionId, passwd }));
  await recorder.waitFor('revalidate-answer-invalid');
  gone.destroy();
};

export const runEnsembleSession = async (
  version: JavaVersion,
  recorder: PieceRecorder,
): Promise<void> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-golden-'));
  const servers: RunningServer[] = [];
  const start = async (id: number): Promise<void> => {
    const server = await startJavaServer({
      ...{ version, dataDir: dataDirOf(folder, id), clientPort: ports(id).client },
      ...{ jvmFlags: quickJvmFlags },
      systemProperties: {
        'zookeeper.extendedTypesEnabled': 'true',
        'zookeeper.multiAddress.enabled': String(id === MULTI_ADDRESS),
      },
      config: { ...limits, ...serverLines(id) },
    });
    servers.push(server);
  };
  const taps = await tapAll(recorder);
  try {
    await Promise.all([start(1), start(2)]);
    const client = await writeEverything(ports(1).client, '/follower');
    await start(3);
    await start(OBSERVER);
    const other = await writeEverything(ports(OBSERVER).client, '/observer');
    await other.close();
    await moveSession(recorder, client);
    await recorder.waitFor('snap', 'ping', 'ping-answer', 'sync', 'inform-multi');
  } finally {
    for (const server of servers) await server.kill();
    for (const tap of taps) await tap.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

const RAW_FOLLOWER = 7;
const RAW_OBSERVER = 8;
const JOINER = 9;

/** TRUNC, and what a new configuration brings: a leader of a quorum of one, with raw learners. */
export const runLeaderSession = async (
  version: JavaVersion,
  recorder: PieceRecorder,
): Promise<void> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-golden-'));
  const { quorum, election, client: clientPort } = ports(1);
  const server = await startJavaServer({
    ...{ version, dataDir: dataDirOf(folder, 1), clientPort, jvmFlags: quickJvmFlags },
    systemProperties: { 'zookeeper.skipACL': 'yes' },
    config: {
      ...limits,
      'server.1': `127.0.0.1:${quorum}:${election}:participant`,
      ...{ standaloneEnabled: 'false', reconfigEnabled: 'true' },
    },
  });
  const onPacket = (packet: GoldenPiece): void => recorder.record(packet);
  const client = await RawClient.connect(clientPort);
  await client.must(Op.create, createBody('/a'));
  const learner = { port: quorum, lastZxid: 0x100000fffn, onPacket };
  const learners = [
    startRawLearner({ ...learner, isObserver: false, serverId: BigInt(RAW_FOLLOWER) }),
    startRawLearner({ ...learner, isObserver: true, serverId: BigInt(RAW_OBSERVER) }),
  ];
  try {
    await recorder.waitFor('trunc', 'uptodate');
    const { quorum: joinsAt, election: electsAt, client: servesAt } = ports(JOINER);
    const joining = `server.${JOINER}=127.0.0.1:${joinsAt}:${electsAt}:observer;127.0.0.1:${servesAt}`;
    await client.must(Op.reconfig, reconfigBody({ joining }));
    await recorder.waitFor('commitandactivate', 'informandactivate');
  } finally {
    for (const each of learners) each.stop();
    client.connection.destroy();
    await server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
};
