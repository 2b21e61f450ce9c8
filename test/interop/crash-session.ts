// A session that writes without pause to a node of its own until its server is killed, and the
// model that tells what may be there afterwards: the tree after some number of its writes, at least
// all that were acknowledged, at most all that were sent, none out of order.

import {
  createBody,
  createTtlBody,
  multiBody,
  pathVersionBody,
  pathWatchBody,
  setDataBody,
} from './raw-body.ts';
import { Op, RawClient } from './raw-client.ts';

const DEPTH = 8;
const DAY_MS = 86_400_000n;

interface Write {
  readonly type: number;
  readonly body: Buffer;
}

/** The n-th write below a root: each fourth one is a multi of everything. */
const writeOf = (root: string, n: number): Write => {
  const path = `${root}/n-${n}`;
  switch (n % 4) {
    case 0:
      return { type: Op.create, body: createBody(path, { data: `${n}` }) };
    case 1:
      return { type: Op.createTTL, body: createTtlBody(path, DAY_MS) };
    case 2:
      return { type: Op.createContainer, body: createBody(path, { flags: 4 }) };
    default:
      return {
        type: Op.multi,
        body: multiBody([
          [Op.setData, setDataBody(root, `${n}`)],
          [Op.delete, pathVersionBody(`${root}/n-${n - 3}`)],
          [Op.create, createBody(`${path}-`, { flags: 2 })],
        ]),
      };
  }
};

/** Data of the root and names of its children after the first `count` writes. */
const stateAfter = (count: number): string => {
  let data = 'x';
  // The ephemeral node is the first child that the root ever has.
  let created = 1;
  const children = new Set(['e']);
  for (let n = 0; n < count; n += 1) {
    if (n % 4 === 3) {
      data = `${n}`;
      children.delete(`n-${n - 3}`);
      children.add(`n-${n}-${String(created).padStart(10, '0')}`);
    } else {
      children.add(`n-${n}`);
    }
    created += 1;
  }
  return `${data}: ${[...children].sort().join(' ')}`;
};

/** What the server shows of a root, in the form of `stateAfter`. */
const readState = async (client: RawClient, root: string): Promise<string> => {
  const { body: data } = await client.must(Op.getData, pathWatchBody(root));
  const { body } = await client.must(Op.getChildren, pathWatchBody(root));
  const names: string[] = [];
  for (let offset = 4; offset < body.length; ) {
    const end = offset + 4 + body.readInt32BE(offset);
    names.push(body.toString('utf8', offset + 4, end));
    offset = end;
  }
  return `${data.toString('utf8', 4, 4 + data.readInt32BE(0))}: ${names.sort().join(' ')}`;
};

export class CrashSession {
  readonly root: string;
  acknowledged = 0;
  #sent = 0;
  #client: RawClient;

  private constructor(client: RawClient, root: string) {
    this.#client = client;
    this.root = root;
  }

  static async open(port: number, root: string): Promise<CrashSession> {
    const client = await RawClient.connect(port, { timeOut: 40_000 });
    await client.must(Op.create, createBody(root));
    await client.must(Op.create, createBody(`${root}/e`, { flags: 1 }));
    return new CrashSession(client, root);
  }

  get client(): RawClient {
    return this.#client;
  }

  /** Writes until the server is gone, with several requests under way at any time. */
  async writeUntilTheEnd(onAcknowledged: () => void): Promise<void> {
    for (;;) {
      while (this.#sent - this.acknowledged < DEPTH) {
        const { type, body } = writeOf(this.root, this.#sent);
        this.#client.send(type, body);
        this.#sent += 1;
      }
      const reply = await this.#client.nextReply();
      if (reply === undefined) return;
      if (reply.err !== 0) throw new Error(`Write ${this.acknowledged}: error ${reply.err}.`);
      this.acknowledged += 1;
      onAcknowledged();
    }
  }

  /** Takes its session up on another server; true when that knows the id and the password. */
  async reconnect(port: number): Promise<boolean> {
    const { sessionId, passwd } = this.#client;
    this.#client = await RawClient.connect(port, { sessionId, passwd, timeOut: 40_000 });
    return this.#client.sessionId === sessionId;
  }

  /**
   * Compares what the server shows with the model. Gives undefined when it is the state after some
   * possible number of writes, from which the session then goes on; else what is there.
   */
  async findState(): Promise<string | undefined> {
    const state = await readState(this.#client, this.root);
    for (let count = this.acknowledged; count <= this.#sent; count += 1) {
      if (stateAfter(count) !== state) continue;
      this.acknowledged = count;
      this.#sent = count;
      return undefined;
    }
    return state;
  }
}
