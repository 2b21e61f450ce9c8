/**
 * The kill -9 loop: writers at work, the server killed at any time and started again on the same
 * directory, and after each start everything that was acknowledged must be there. The test runs it
 * for seconds, scripts/soak.ts for as long as asked.
 */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { Prng } from '../../src/base/prng.ts';
import { findFreePort } from '../free-ports.ts';
import { Op, RawClient } from '../interop/raw-client.ts';
import { pathBody, RecordingWriter, readStrings } from './recording-writer.ts';
import { ServerProcess, type ServerProcessOptions } from './server-process.ts';

const WRITERS = 4;
const SESSION_TIMEOUT_MS = 1_500;
/** Every so many kills come while the server is still starting. */
const KILLS_PER_EARLY_KILL = 4;

export interface KillLoopOptions {
  readonly dataDir: string;
  readonly seconds: number;
  readonly killsMin: number;
  readonly seed: number;
  readonly properties?: Readonly<Record<string, string>>;
  onCycle?(report: KillLoopReport): void;
}

export interface KillLoopReport {
  kills: number;
  earlyKills: number;
  acknowledged: number;
  reconnects: number;
  /** Sessions that went on after a crash. */
  takenUp: number;
  snapshots: number;
  startMsMax: number;
}

export async function runKillLoop(options: KillLoopOptions): Promise<KillLoopReport> {
  const loop = new KillLoop(options, await findFreePort());
  try {
    return await loop.run();
  } finally {
    await loop.end();
  }
}

class KillLoop {
  readonly #options: KillLoopOptions;
  readonly #serverOptions: ServerProcessOptions;
  readonly #prng: Prng;
  readonly #writers: RecordingWriter[];
  #server: ServerProcess | null = null;
  readonly #report: KillLoopReport = {
    kills: 0,
    earlyKills: 0,
    acknowledged: 0,
    reconnects: 0,
    takenUp: 0,
    snapshots: 0,
    startMsMax: 0,
  };

  constructor(options: KillLoopOptions, port: number) {
    this.#options = options;
    this.#prng = new Prng(options.seed);
    this.#writers = Array.from(
      { length: WRITERS },
      (_, i) => new RecordingWriter(i, this.#prng.fork()),
    );
    this.#serverOptions = {
      dataDir: options.dataDir,
      port,
      config: { tickTime: '100', 'autopurge.purgeInterval': '1' },
      properties: { snapCount: '1500', preAllocSize: '512', ...options.properties },
    };
  }

  async run(): Promise<KillLoopReport> {
    const { seconds, killsMin, onCycle } = this.#options;
    const endMs = performance.now() + seconds * 1000;
    await this.#prepare();
    while (performance.now() < endMs || this.#report.kills < killsMin) {
      await this.#cycle();
      onCycle?.(this.#count());
    }
    await this.#finish();
    return this.#count();
  }

  async end(): Promise<void> {
    for (const writer of this.#writers) writer.close();
    await this.#server?.kill();
  }

  async #prepare(): Promise<void> {
    const server = await this.#start();
    const client = await RawClient.connect(server.port);
    for (const writer of this.#writers) await writer.prepare(client);
    await client.close();
    await this.#connectWriters(server);
  }

  /** Load, death, start, and the books compared. */
  async #cycle(): Promise<void> {
    const server = this.#current();
    let isOver = false;
    const runs = this.#writers.map((writer) => writer.run(() => isOver));
    await delay(this.#prng.between(100, 900));
    isOver = this.#prng.chance(0.2);
    await this.#kill(server);
    await Promise.all(runs);
    if (this.#report.kills % KILLS_PER_EARLY_KILL === 0) await this.#killEarly();
    await this.#connectWriters(await this.#start());
  }

  async #kill(server: ServerProcess): Promise<void> {
    const end = await server.kill();
    assert.equal(end.signal, 'SIGKILL', `the server ended by itself: ${server.output}`);
    this.#report.kills++;
    this.#report.snapshots += server.output.split('snapshot done').length - 1;
  }

  async #killEarly(): Promise<void> {
    const server = await ServerProcess.spawn(this.#serverOptions);
    await delay(this.#prng.between(0, 250));
    await this.#kill(server);
    this.#report.earlyKills++;
  }

  async #start(): Promise<ServerProcess> {
    const startedMs = performance.now();
    const server = await ServerProcess.start(this.#serverOptions);
    this.#server = server;
    const startMs = Math.round(performance.now() - startedMs);
    this.#report.startMsMax = Math.max(this.#report.startMsMax, startMs);
    return server;
  }

  async #connectWriters(server: ServerProcess): Promise<void> {
    await Promise.all(
      this.#writers.map(async (writer) => {
        await writer.connect(server.port, SESSION_TIMEOUT_MS);
        await writer.verify();
      }),
    );
    // One that waits for the end of its former session would stop the others.
    if (this.#prng.chance(0.3)) await this.#prng.pick(this.#writers).holdEphemeral();
  }

  /** Clean to the end: every ephemeral belongs to a living session, and the stop is a clean one. */
  async #finish(): Promise<void> {
    const server = this.#current();
    for (const writer of this.#writers) {
      writer.close();
      await writer.connect(server.port, SESSION_TIMEOUT_MS * 4);
      await writer.verify();
      await writer.holdEphemeral();
    }
    const reader = await RawClient.connect(server.port);
    const names = readStrings((await reader.must(Op.getChildren, pathBody('/'))).body);
    const ephemerals = names.filter((name) => /^e\d/.test(name)).sort();
    const expected = this.#writers.map((writer) => writer.ephemeralPath.slice(1));
    assert.deepEqual(ephemerals, expected);
    await reader.close();
    const { code } = await server.stop();
    assert.equal(code, 0, server.output);
  }

  #current(): ServerProcess {
    assert.ok(this.#server !== null, 'no server');
    return this.#server;
  }

  #count(): KillLoopReport {
    const total = (pick: (writer: RecordingWriter) => number) =>
      this.#writers.reduce((sum, writer) => sum + pick(writer), 0);
    this.#report.acknowledged = total(({ counts }) => counts.acknowledged);
    this.#report.reconnects = total(({ counts }) => counts.reconnects);
    this.#report.takenUp = total(({ counts }) => counts.takenUp);
    return this.#report;
  }
}
