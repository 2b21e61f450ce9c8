/** Sessions end in each way that one server can see; the log, mntr and the list of the last agree. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ServerStats } from '../../../src/core/requests/connection-stats.ts';
import { newSession } from '../../../src/core/sessions/session-tracker.ts';
import type { CreateDisk } from '../../../src/server/disk/disk-turns.ts';
import { Forensics } from '../../../src/server/forensics/forensics.ts';
import { recentEvents } from '../../../src/server/forensics/recent-events.ts';
import { type LogFacts, makeLogger } from '../../../src/server/logging/logger.ts';
import { StandaloneShell } from '../../../src/server/standalone-shell.ts';
import { TestEnsemble } from '../../../src/testing/index.ts';
import { createBody } from '../../interop/raw-body.ts';
import { Op, RawClient } from '../../interop/raw-client.ts';
import { askFourLetterWord } from '../../interop/running-server.ts';
import { takeUp } from '../../testing/asks.ts';
import { cleanUp, temporaryDirectory } from '../embedded-server.ts';
import { Events } from '../quorum/election-ports.ts';
import { SocketClient } from '../socket-client.ts';
import { readConfig } from '../toggled-server.ts';

class LogLines {
  readonly lines: { readonly message: string; readonly facts: LogFacts }[] = [];
  readonly #events = new Events();
  readonly logger = makeLogger('debug', (_level, message, facts = {}) => {
    this.lines.push({ message, facts });
    this.#events.changed();
  });

  of(message: string): LogFacts[] {
    return this.lines.filter((line) => line.message === message).map(({ facts }) => facts);
  }

  until(message: string, count = 1): Promise<void> {
    return this.#events.until(() => this.of(message).length >= count);
  }
}

const WORDS = '4lw.commands.whitelist=*\n';

async function startServer(t: TestContext, lines: string, more: { createDisk?: CreateDisk } = {}) {
  const log = new LogLines();
  const config = readConfig(`dataDir=${temporaryDirectory(t)}\nclientPort=1\n${WORDS}${lines}`);
  const shell = new StandaloneShell({
    config: { ...config, clientPort: 0, clientPortAddress: '127.0.0.1' },
    logger: log.logger,
    onFatal: (reason) => assert.fail(reason),
    ...more,
  });
  await shell.start();
  cleanUp(t, () => shell.stop());
  return { shell, log };
}

async function connect(t: TestContext, port: number, timeOut = 1): Promise<RawClient> {
  const client = await RawClient.connect(port, { timeOut });
  t.after(() => client.connection.destroy());
  return client;
}

async function countsAt(port: number): Promise<Readonly<Record<string, number>>> {
  const rows = (await askFourLetterWord(port, 'mntr')).matchAll(
    /^zk_zooid_sessions_ended_(\w+)\t(\d+)$/gm,
  );
  const counts = Array.from(rows, ([, name = '', count]) => [name, Number(count)] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}

test('forensics: sessions end in each way → log, mntr and the list of the last say how', async (t) => {
  const { shell, log } = await startServer(t, 'tickTime=1000\n');
  const closing = await connect(t, shell.port);
  const silent = await connect(t, shell.port);
  const lost = await connect(t, shell.port);
  const ordered = await connect(t, shell.port, 60_000);
  await closing.must(Op.closeSession);
  lost.connection.destroy();
  await shell.expireSession(ordered.sessionId);
  await log.until('session ended', 4);
  const byId = new Map(log.of('session ended').map((facts) => [facts['session'], facts]));
  const ofClient = ({ sessionId }: RawClient) => byId.get(`0x${sessionId.toString(16)}`) ?? {};
  assert.equal(ofClient(closing)['because'], 'its client closed it');
  assert.equal(ofClient(ordered)['because'], 'it was ordered');
  assert.equal(ofClient(silent)['because'], 'its client is connected and was silent');
  assert.ok(Number(ofClient(silent)['silentMs']) >= 2000, String(ofClient(silent)['silentMs']));
  assert.equal(ofClient(silent)['address'], '127.0.0.1');
  const why = 'its connection ended and its client did not come back';
  assert.equal(ofClient(lost)['because'], why);
  assert.match(String(ofClient(lost)['connection']), /^(closed by client|connection reset)$/);
  assert.deepEqual(await countsAt(shell.port), {
    client_closed: 1,
    connection_lost: 1,
    ordered: 1,
    silent: 1,
  });
  const { sessionEndings } = recentEvents(shell.server.stats);
  assert.equal(sessionEndings.length, 4);
  assert.equal(JSON.parse(JSON.stringify(sessionEndings)).length, 4);
  assert.deepEqual(new Set(sessionEndings.map(({ because }) => because)).size, 4);
});

test('forensics: a connection is reset → the session that expires says so', async (t) => {
  const { shell, log } = await startServer(t, 'tickTime=100\nmaxSessionTimeout=400\n');
  const client = await SocketClient.connect(shell.port);
  client.socket.resetAndDestroy();
  await log.until('session ended');
  assert.equal(log.of('session ended')[0]?.['connection'], 'connection reset');
});

test('forensics: a session is taken up and nothing is asked → silent since then', async (t) => {
  const { shell, log } = await startServer(t, 'tickTime=100\n');
  const client = await connect(t, shell.port, 60_000);
  const again = await RawClient.connect(shell.port, {
    sessionId: client.sessionId,
    passwd: client.passwd,
    timeOut: 1,
  });
  t.after(() => again.connection.destroy());
  await log.until('session ended');
  assert.ok(Number(log.of('session ended')[0]?.['silentMs']) >= 200);
});

test('forensics: the server stands still for longer than a session lives → that is what is said', async (t) => {
  const { shell, log } = await startServer(t, 'tickTime=1000\njvm.pause.info-threshold.ms=500\n');
  await connect(t, shell.port, 2000);
  const end = performance.now() + 3200;
  while (performance.now() < end);
  await log.until('session ended');
  const [facts] = log.of('session ended');
  assert.equal(facts?.['because'], 'this server stood still');
  assert.ok(Number(facts?.['stalledMs']) > 2500);
  await log.until('the server stood still');
  assert.match(
    String(log.of('the server stood still')[0]?.['cause']),
    /^(work|halted|collection)$/,
  );
  const { stalls } = recentEvents(shell.server.stats);
  assert.ok((stalls[0]?.durationMs ?? 0) > 2500);
  assert.ok(Math.abs((stalls[0]?.endedMs ?? 0) - Date.now()) < 60_000);
});

/** What is written to the log takes that long. */
const slowDisk =
  (ms: () => number): CreateDisk =>
  (_paths, onDone) => ({
    start(ops) {
      for (const { id, kind } of ops) {
        const durationMs = kind === 'writeFile' ? ms() : 0;
        setTimeout(() => onDone({ id, ok: true, files: [], durationMs }), durationMs);
      }
    },
    close: () => Promise.resolve(),
  });

test('forensics: the log is written slowly → the request is slow, and so is the sync, by the disk', async (t) => {
  let ms = 0;
  const { shell, log } = await startServer(t, 'fsync.warningthresholdms=200\n', {
    createDisk: slowDisk(() => ms),
  });
  const client = await connect(t, shell.port, 60_000);
  ms = 300;
  await client.must(Op.create, createBody('/slow'));
  await log.until('requests were slow');
  const [facts] = log.of('requests were slow');
  const { operation, cause, count, thresholdMs } = facts ?? {};
  assert.deepEqual([operation, cause, count, thresholdMs], ['create', 'log', 1, 200]);
  assert.ok(log.of('fsync-ing the write ahead log took long').length > 0);
  const { slowRequests } = recentEvents(shell.server.stats);
  assert.equal(slowRequests[0]?.sessionId, `0x${client.sessionId.toString(16)}`);
  assert.match(await askFourLetterWord(shell.port, 'mntr'), /zk_zooid_slow_requests_log\t1\n/);
});

test('forensics: hundreds of sessions end at once → a hundred lines, and how many there were besides', async (t) => {
  const log = new LogLines();
  const stats = new ServerStats();
  const config = readConfig('dataDir=/x\nclientPort=1\n');
  const forensics = new Forensics({ config, logger: log.logger, stats });
  t.after(() => forensics.close());
  // Its timers let a process end.
  const alive = setInterval(() => {}, 1000);
  t.after(() => clearInterval(alive));
  const facts = { now: { monotonicMs: 0, wallMs: 0 }, connection: undefined };
  for (let at = 1; at <= 250; at++) {
    stats.sessionEndings.onExpired(newSession(BigInt(at), 1000, false), facts);
  }
  await log.until('more sessions ended than are told one by one');
  assert.equal(log.of('session ended').length, 100);
  const untold = log.of('more sessions ended than are told one by one')[0]?.['untold'];
  assert.equal(untold, 150);
  assert.equal(stats.sessionEndings.counts.neverReturned, 250);
});

test('forensics: sessions of a follower’s clients → follower and leader each say what they know', async (t) => {
  const log = new LogLines();
  const ensemble = await TestEnsemble.start({
    logger: log.logger,
    after: (close) => t.after(close),
  });
  const [one, other] = ensemble.followers();
  assert.ok(one !== undefined && other !== undefined);
  const moving = await connect(t, one.port, 60_000);
  const again = await takeUp(moving, other.port);
  assert.ok(again !== null);
  assert.equal(await moving.request(Op.create, createBody('/late')), undefined);
  assert.deepEqual(await countsAt(one.port), { moved: 1 });
  await again.must(Op.closeSession);
  await connect(t, one.port, 1);
  // The leader expires it, and the follower hears of that.
  await log.until('session ended', 5);
  assert.deepEqual(await countsAt(ensemble.leader().port), {
    client_closed: 1,
    silent_elsewhere: 1,
  });
  assert.deepEqual(await countsAt(other.port), { client_closed: 1 });
  const { leader, moved } = await countsAt(one.port);
  assert.deepEqual([leader, moved], [1, 1]);
});
