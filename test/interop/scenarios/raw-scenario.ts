// A scenario is a list of raw requests by named clients; running it against a server gives a
// transcript, one line for each answer, event or closed connection. Scenarios share a server, so
// each keeps to its own root and counts zxids from its own start.

import {
  type CreateBody,
  createBody,
  multiBody,
  pathBody,
  pathIntBody,
  pathVersionBody,
  pathWatchBody,
  type SubOp,
  setAclBody,
  setDataBody,
} from '../raw-body.ts';
import {
  connectBody,
  Op,
  RawClient,
  RawConnection,
  type RawConnectOptions,
} from '../raw-client.ts';
import { connectText, eventText, type Masks, replyText } from './raw-rendering.ts';

export interface Scenario {
  readonly name: string;
  /** 'rich': extended types, quick reaper, enforced quotas, a super password ('test'). */
  readonly server?: 'plain' | 'rich';
  /** Java 3.8 is not asked: it answers nothing at all and would only cost time. */
  readonly not38?: boolean;
  readonly run: (stage: Stage) => Promise<void>;
}

/** One client of a scenario. Each method sends one request and notes what came back. */
export class ScenarioClient {
  readonly name: string;
  readonly raw: RawClient;
  readonly #stage: Stage;

  constructor(name: string, raw: RawClient, stage: Stage) {
    this.name = name;
    this.raw = raw;
    this.#stage = stage;
  }

  async ask(label: string, type: number, body?: Buffer, xid?: number): Promise<void> {
    const reply = await this.raw.request(type, body, xid);
    this.noteEvents();
    this.#stage.note(this.name, label, replyText(type, reply, this.#stage.masks));
  }

  /** Whole frames as they are, answered by one frame or the end. */
  async askRaw(label: string, bytes: Buffer): Promise<void> {
    this.raw.connection.write(bytes);
    const reply = await this.raw.nextReply();
    this.noteEvents();
    this.#stage.note(this.name, label, replyText(0, reply, this.#stage.masks));
  }

  /** A ping: whatever was sent to this client before has arrived with its answer. */
  async drain(): Promise<void> {
    await this.raw.request(Op.ping, undefined, -2);
    this.noteEvents();
  }

  noteEvents(): void {
    for (const event of this.raw.events.splice(0)) {
      this.#stage.note(this.name, '', eventText(event, this.#stage.masks));
    }
  }

  create(path: string | null, more: CreateBody = {}): Promise<void> {
    return this.ask(`create ${path} ${more.flags ?? 0}`, Op.create, createBody(path, more));
  }

  create2(path: string | null, more: CreateBody = {}): Promise<void> {
    return this.ask(`create2 ${path} ${more.flags ?? 0}`, Op.create2, createBody(path, more));
  }

  delete(path: string | null, version = -1): Promise<void> {
    return this.ask(`delete ${path} ${version}`, Op.delete, pathVersionBody(path, version));
  }

  set(path: string | null, data: string | null, version = -1): Promise<void> {
    return this.ask(`set ${path} ${version}`, Op.setData, setDataBody(path, data, version));
  }

  get(path: string | null, watch = false): Promise<void> {
    return this.ask(`get ${path} ${watch}`, Op.getData, pathWatchBody(path, watch));
  }

  exists(path: string | null, watch = false): Promise<void> {
    return this.ask(`exists ${path} ${watch}`, Op.exists, pathWatchBody(path, watch));
  }

  children(path: string | null, watch = false): Promise<void> {
    return this.ask(`children ${path} ${watch}`, Op.getChildren, pathWatchBody(path, watch));
  }

  children2(path: string | null, watch = false): Promise<void> {
    return this.ask(`children2 ${path} ${watch}`, Op.getChildren2, pathWatchBody(path, watch));
  }

  getAcl(path: string | null): Promise<void> {
    return this.ask(`getACL ${path}`, Op.getACL, pathBody(path));
  }

  setAcl(path: string | null, acls: readonly Buffer[] | null, version = -1): Promise<void> {
    return this.ask(`setACL ${path} ${version}`, Op.setACL, setAclBody(path, acls, version));
  }

  addWatch(path: string | null, mode: number): Promise<void> {
    return this.ask(`addWatch ${path} ${mode}`, Op.addWatch, pathIntBody(path, mode));
  }

  removeWatches(path: string | null, type: number): Promise<void> {
    return this.ask(`removeWatches ${path} ${type}`, Op.removeWatches, pathIntBody(path, type));
  }

  checkWatches(path: string | null, type: number): Promise<void> {
    return this.ask(`checkWatches ${path} ${type}`, Op.checkWatches, pathIntBody(path, type));
  }

  multi(label: string, ops: readonly SubOp[]): Promise<void> {
    return this.ask(`multi ${label}`, Op.multi, multiBody(ops));
  }

  multiRead(label: string, ops: readonly SubOp[]): Promise<void> {
    return this.ask(`multiRead ${label}`, Op.multiRead, multiBody(ops));
  }

  async close(): Promise<void> {
    await this.ask('closeSession', Op.closeSession);
    await this.noteEnd('after closeSession');
  }

  /** Notes whether the server has closed this connection; something else is noted as it is. */
  async noteEnd(label: string): Promise<void> {
    const reply = await this.raw.nextReply();
    this.noteEvents();
    this.#stage.note(this.name, label, replyText(0, reply, this.#stage.masks));
    this.raw.connection.destroy();
  }
}

/** Anything but printable ASCII as \uXXXX: transcripts are text files that people read. */
const escapeUnit = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Where a scenario runs: one server, its clients, and the lines noted so far. */
export class Stage {
  readonly port: number;
  readonly lines: string[] = [];
  readonly #sessions = new Map<bigint, string>();
  readonly #passwords = new Map<bigint, Buffer>();
  readonly #connections: RawConnection[] = [];
  #baseZxid: bigint | undefined;

  constructor(port: number) {
    this.port = port;
  }

  get masks(): Masks {
    return { baseZxid: this.#baseZxid ?? 0n, sessions: this.#sessions };
  }

  note(who: string, label: string, what: string): void {
    const line = label === '' ? `${who}: ${what}` : `${who} ${label} → ${what}`;
    this.lines.push(line.replace(/[^\x20-\x7e→]/g, escapeUnit));
  }

  /** A session that must succeed; its first zxid starts the count. */
  async client(name: string, options: RawConnectOptions = {}): Promise<ScenarioClient> {
    const raw = await RawClient.connect(this.port, options);
    this.#connections.push(raw.connection);
    this.#sessions.set(raw.sessionId, name);
    this.#passwords.set(raw.sessionId, raw.passwd);
    if (this.#baseZxid === undefined) {
      this.#baseZxid = (await raw.must(Op.ping)).zxid;
    }
    return new ScenarioClient(name, raw, this);
  }

  /** A connection without a session, cleaned up with the scenario. */
  async connection(): Promise<RawConnection> {
    const connection = await RawConnection.open(this.port);
    this.#connections.push(connection);
    return connection;
  }

  /** Notes how a first frame is answered, and whether the connection ends after it. */
  async tryConnect(label: string, options: RawConnectOptions | Buffer): Promise<void> {
    const connection = await this.connection();
    connection.sendFrame(Buffer.isBuffer(options) ? options : connectBody(options));
    const answer = await connection.nextFrame();
    this.note('connect', label, connectText(answer, this.masks));
    this.#remember(answer);
    if (answer !== undefined && answer.length >= 8 && answer.readInt32BE(4) === 0) {
      this.note('connect', `${label}, then`, connectText(await connection.nextFrame(), this.masks));
    }
    connection.destroy();
  }

  /**
   * Closes every session that the scenario has made, whatever became of its connection: one that
   * expired later would move the zxids of another scenario.
   */
  async end(): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    for (const [sessionId, passwd] of this.#passwords) {
      const client = await RawClient.connect(this.port, { sessionId, passwd });
      if (client.timeOut > 0) await client.close();
      client.connection.destroy();
    }
  }

  #remember(response: Buffer | undefined): void {
    if (response === undefined || response.length < 36 || response.readInt32BE(4) === 0) return;
    this.#passwords.set(response.readBigInt64BE(8), response.subarray(20, 36));
  }
}

/** Runs one scenario; an exception becomes the transcript's last line. */
export const runScenario = async (scenario: Scenario, port: number): Promise<string[]> => {
  const stage = new Stage(port);
  try {
    await scenario.run(stage);
  } catch (error) {
    stage.lines.push(`failed: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await stage.end();
  }
  return stage.lines;
};
