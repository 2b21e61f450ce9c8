// Records the golden bytes under test/golden/ from real programs: `node --import tsx
// scripts/capture-golden.ts`. kazoo, the Java client and the C client talk through a recording
// proxy to the real Java server; every form of every record goes to one file of hex with its
// origin in the first lines. Times and session ids differ at each run, so a new capture changes
// every file: run it only when a record is missing.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { diskProperties, fillDataDirectory, readTree } from '../test/interop/disk-session.ts';
import {
  PieceRecorder,
  runEnsembleSession,
  runLeaderSession,
} from '../test/interop/golden/ensemble-session.ts';
import { goldenName } from '../test/interop/golden/golden-records.ts';
import {
  cClientSession,
  javaSession,
  kazooSession,
  rawSession,
  zkCliSession,
} from '../test/interop/golden/golden-sessions.ts';
import {
  type RecordingProxy,
  startRecordingProxy,
} from '../test/interop/golden/recording-proxy.ts';
import {
  type JavaVersion,
  javaClassPath,
  javaServerVersion,
  quickJvmFlags,
  startJavaServer,
} from '../test/interop/java-server.ts';
import { ensureDebianPackages, projectRoot } from '../test/interop/packages.ts';
import { runAllScenarios } from '../test/interop/scenarios/raw-transcripts.ts';

const golden = path.join(projectRoot, 'test', 'golden');
const extendedTypes = { 'zookeeper.extendedTypesEnabled': 'true' };

const hexLines = (bytes: Buffer): string =>
  (bytes.toString('hex').match(/.{1,64}/g) ?? []).map((line) => `${line}\n`).join('');

const writeHex = (file: string, notes: readonly string[], bytes: Buffer): void => {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, notes.map((note) => `# ${note}\n`).join('') + hexLines(bytes));
};

/** Keeps the first frame of each form; requests by the client's name, answers by the server's. */
class Recorder {
  readonly #written = new Set<string>();
  readonly #requests = new Set<string>();

  recordFor(client: string, server: string): Parameters<typeof startRecordingProxy>[1] {
    return (frame) => {
      const { name, records } = goldenName(frame);
      if (name.startsWith('unasked') || name.startsWith('op99-request')) return;
      const isRequest = frame.from === 'client';
      const program = isRequest ? client : server;
      const file = `${name}.${program}.hex`;
      if (this.#written.has(file)) return;
      // A raw frame proves nothing about clients: kept only where no client sends that form.
      if (isRequest && client === 'raw' && this.#requests.has(name)) return;
      this.#written.add(file);
      if (isRequest) this.#requests.add(name);
      const how = isRequest ? `sent by ${client} to ${server}` : `answer of ${server} to ${client}`;
      const notes = [
        `Captured between real programs by scripts/capture-golden.ts: ${how}.`,
        `records: ${records}`,
        'bytes: one frame after its four bytes of length',
      ];
      writeHex(path.join(golden, 'wire', file), notes, frame.payload);
    };
  }
}

interface Typing {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  /** Lines typed one after the other; an answer is not waited for, only given time. */
  readonly lines?: readonly string[];
  readonly pauseMs?: number;
  /** Called when the lines are through, before the end of input. */
  readonly before?: () => Promise<void>;
}

const runProgram = async (typing: Typing): Promise<string> => {
  const child = spawn(typing.command, typing.args, { env: { ...process.env, ...typing.env } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  if (typing.lines !== undefined) await delay(1_500);
  for (const line of typing.lines ?? []) {
    child.stdin.write(`${line}\n`);
    await delay(typing.pauseMs ?? 100);
  }
  await typing.before?.();
  child.stdin.end();
  await ended;
  return output;
};

const kazooAgainst = (proxy: RecordingProxy): Promise<string> =>
  runProgram({
    command: '/usr/bin/python3',
    args: ['-c', kazooSession, `127.0.0.1:${proxy.port}`],
  });

const zkCliAgainst = (proxy: RecordingProxy): Promise<string> =>
  runProgram({
    command: '/usr/share/zookeeper/bin/zkCli.sh',
    args: ['-server', `127.0.0.1:${proxy.port}`],
    lines: zkCliSession,
  });

const cClientAgainst = (proxy: RecordingProxy): Promise<string> =>
  runProgram({
    command: '/usr/lib/zookeeper/bin/cli_mt',
    args: ['-h', `127.0.0.1:${proxy.port}`],
    lines: cClientSession,
    before: async () => {
      // Cut off, the C client comes back with its auth packet and its watches, then pings.
      proxy.cut();
      await delay(8_000);
    },
  });

const javaAgainst = async (
  proxy: RecordingProxy,
  version: JavaVersion,
  withPersistent: boolean,
): Promise<string> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-golden-'));
  const source = path.join(folder, 'Session.java');
  writeFileSync(source, javaSession);
  const output = await runProgram({
    command: 'java',
    args: [
      ...['-cp', await javaClassPath(version), source, `127.0.0.1:${proxy.port}`],
      ...(withPersistent ? ['persistent'] : []),
    ],
    before: async () => {
      await delay(5_000);
      proxy.cut();
      await delay(3_000);
    },
  });
  rmSync(folder, { recursive: true, force: true });
  return output;
};

const captureWire = async (version: JavaVersion, recorder: Recorder): Promise<void> => {
  const exact = await javaServerVersion(version);
  const server = `java-${exact}`;
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-golden-'));
  const java = await startJavaServer({
    ...{ version, dataDir, jvmFlags: quickJvmFlags, systemProperties: extendedTypes },
    config: { reconfigEnabled: 'true' },
  });
  const through = async (
    client: string,
    session: (proxy: RecordingProxy) => Promise<unknown>,
  ): Promise<void> => {
    const proxy = await startRecordingProxy(java.port, recorder.recordFor(client, server));
    const output = await session(proxy);
    await proxy.stop();
    if (process.env['GOLDEN_VERBOSE'] !== undefined) console.log(client, output);
  };
  if (version === '3.8') {
    await through('kazoo-2.8.0', kazooAgainst);
    await through('zkcli-3.8.0', zkCliAgainst);
    await through('c-3.8.0', cClientAgainst);
  }
  await through(`java-client-${exact}`, (proxy) => javaAgainst(proxy, version, false));
  await through(`java-client-${exact}`, (proxy) => javaAgainst(proxy, version, true));
  await through('raw', (proxy) => rawSession(proxy.port));
  await java.stop();
  rmSync(dataDir, { recursive: true, force: true });
};

/** A log file ends where a record length of 0 begins: the rest is preallocated. */
const withoutPadding = (log: Buffer): Buffer => {
  let offset = 16;
  while (offset + 12 <= log.length) {
    const length = log.readInt32BE(offset + 8);
    if (length === 0) break;
    offset += 12 + length + 1;
  }
  return log.subarray(0, offset);
};

interface SnapshotTrailer {
  readonly zxid: string;
  readonly digest: string;
}

/** The digest part: zxid, version, digest, seal; in 3.9 followed by a zxid and a third seal. */
const readTrailer = (snapshot: Buffer, hasThirdSeal: boolean): SnapshotTrailer => {
  const SEAL = 13;
  const end = snapshot.length - SEAL - (hasThirdSeal ? 8 + SEAL : 0);
  return {
    zxid: snapshot.readBigInt64BE(end - 20).toString(),
    digest: snapshot.readBigInt64BE(end - 8).toString(),
  };
};

const saveVersionFolder = (dataDir: string, label: string, exact: string): void => {
  const folder = path.join(dataDir, 'version-2');
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(path.join(folder, name));
    const isLog = name.startsWith('log.');
    if (!isLog && !name.startsWith('snapshot.')) continue;
    const notes = [
      `Written by Java ZooKeeper ${exact} (standalone), captured by scripts/capture-golden.ts.`,
      `file: ${name}${isLog ? ', padding stripped' : ''}`,
    ];
    writeHex(
      path.join(golden, 'disk', label, `${name}.hex`),
      notes,
      isLog ? withoutPadding(bytes) : bytes,
    );
  }
};

/** Two runs: the first writes snapshot.0 and the log, the second begins with a full snapshot. */
const captureDisk = async (version: JavaVersion, compression: string): Promise<void> => {
  const exact = await javaServerVersion(version);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-golden-'));
  const start = (more: Record<string, string> = {}) =>
    startJavaServer({
      ...{ version, dataDir, jvmFlags: quickJvmFlags },
      systemProperties: { ...diskProperties, ...more },
    });
  const first = await start();
  const client = await fillDataDirectory(first.port);
  await first.stop();
  client.connection.destroy();
  const method = { 'zookeeper.snapshot.compression.method': compression };
  const second = await start(compression === '' ? {} : method);
  const label = `java-${exact}${compression === '' ? '' : `-${compression}`}`;
  rmSync(path.join(golden, 'disk', label), { recursive: true, force: true });
  saveVersionFolder(dataDir, label, exact);
  const snapshots = readdirSync(path.join(dataDir, 'version-2'))
    .filter((name) => name.startsWith('snapshot.') && !name.startsWith('snapshot.0'))
    .sort();
  const nodes = await readTree(second.port);
  await second.stop();
  const newest = snapshots.at(-1);
  if (newest === undefined) throw new Error('The second start took no snapshot.');
  const trailer =
    compression === ''
      ? readTrailer(readFileSync(path.join(dataDir, 'version-2', newest)), version === '3.9')
      : undefined;
  const session = { id: `0x${client.sessionId.toString(16)}`, timeOut: client.timeOut };
  writeFileSync(
    path.join(golden, 'disk', label, 'state.json'),
    `${JSON.stringify({ server: exact, ...trailer, sessions: [session], nodes }, null, 2)}\n`,
  );
  rmSync(dataDir, { recursive: true, force: true });
};

/** Java's answers to every raw scenario: what raw-differential.test.ts compares with. */
const captureRaw = async (): Promise<void> => {
  const exact = await javaServerVersion('3.9');
  const transcripts = await runAllScenarios('3.9');
  let text = `# Answers of Java ZooKeeper ${exact} to the scenarios in test/interop/scenarios.\n`;
  text +=
    '# Times, session ids and zxids are masked as test/interop/scenarios/raw-rendering.ts says.\n';
  for (const [name, lines] of transcripts) text += `## ${name}\n${lines.join('\n')}\n`;
  mkdirSync(path.join(golden, 'raw'), { recursive: true });
  writeFileSync(path.join(golden, 'raw', `java-${exact}.txt`), text);
};

/** What servers of one version say to each other; the first piece of each form is kept. */
const captureQuorum = async (version: JavaVersion): Promise<void> => {
  const exact = await javaServerVersion(version);
  const sessions = [
    [runEnsembleSession, `between servers of Java ZooKeeper ${exact}`],
    [runLeaderSession, `from a leader of Java ZooKeeper ${exact} to a raw learner`],
  ] as const;
  const kept = new Set<string>();
  for (const [run, who] of sessions) {
    const recorder = new PieceRecorder(({ folder, name, bytes }) => {
      if (kept.has(name)) return;
      kept.add(name);
      const notes = [
        `Captured by scripts/capture-golden.ts: ${who}.`,
        `bytes: ${folder === 'quorum' ? 'one packet' : 'one message without a frame'}${
          name === 'snap' ? ', the snapshot and the signature behind it' : ''
        }`,
      ];
      writeHex(path.join(golden, folder, `${name}.java-${exact}.hex`), notes, bytes);
    });
    await run(version, recorder);
  }
};

const main = async (): Promise<void> => {
  const packages = ['zookeeper', 'zookeeper-bin', 'python3-kazoo'];
  const availability = await ensureDebianPackages(packages);
  if (!availability.available) throw new Error(availability.reason);
  const part = process.argv[2] ?? 'all';
  if (part === 'all' || part === 'raw') await captureRaw();
  if (part === 'all' || part === 'wire') {
    rmSync(path.join(golden, 'wire'), { recursive: true, force: true });
    const recorder = new Recorder();
    await captureWire('3.8', recorder);
    await captureWire('3.9', recorder);
  }
  if (part === 'all' || part === 'quorum') {
    for (const folder of ['quorum', 'election']) {
      rmSync(path.join(golden, folder), { recursive: true, force: true });
    }
    for (const version of ['3.8', '3.9'] as const) await captureQuorum(version);
  }
  if (part === 'all' || part === 'disk') {
    for (const version of ['3.8', '3.9'] as const) await captureDisk(version, '');
    await captureDisk('3.9', 'gz');
    await captureDisk('3.9', 'snappy');
  }
};

await main();
