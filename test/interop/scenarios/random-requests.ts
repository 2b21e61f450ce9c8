// Random requests of two clients over few paths, so that they meet: all that a seed gives is sent
// one by one and noted. Left out is what answers differently on purpose: the empty path, with which
// Java sets watches that never fire, and multis that cannot be read.

import {
  authBody,
  createBody,
  createTtlBody,
  multiBody,
  pathBody,
  pathIntBody,
  pathVersionBody,
  pathWatchBody,
  type SubOp,
  setAclBody,
  setDataBody,
  setWatches2Body,
} from '../raw-body.ts';
import { acl, Op, openAcl } from '../raw-client.ts';
import { type ScenarioClient, Stage } from './raw-scenario.ts';

const REQUESTS = 400;

const paths: readonly string[] = [
  ...['/f', '/f/a', '/f/b', '/f/a/x', '/f/a/y', '/f/b/z', '/f/c', '/f/e', '/f/a/x/deep'],
  ...['/', '/zookeeper', '/zookeeper/quota', '/f/s-0000000001', '/f/\u{1f600}', '/f/a\u00e9'],
  ...['f', '/f//a', '/f/q/', '/f/\u0001', '/f/./a', '/f/..', '/f/...'],
];
const endings: readonly string[] = ['', '', '', '/k', '-'];
const lists: readonly (readonly Buffer[])[] = [
  ...[[openAcl], [openAcl], [openAcl], [openAcl], []],
  ...[[acl(1, 'world', 'anyone')], [acl(23, 'world', 'anyone')], [acl(15, 'world', 'anyone')]],
  ...[[acl(31, 'auth', '')], [acl(31, 'digest', 'u:h')], [acl(31, 'ip', '127.0.0.1')]],
  [acl(31, 'ip', '10.0.0.0/8'), openAcl],
];

/** mulberry32: small, and the same everywhere. */
const randomOf = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

class RequestMaker {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new RangeError('Nothing to pick from.');
    return item;
  }

  count(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #version(): number {
    return this.pick([-1, -1, -1, 0, 1, 2, -2]);
  }

  /** A write that may stand in a multi. */
  #part(): SubOp {
    const path = this.pick(paths) + this.pick(endings);
    const data = this.pick(['x', '', null, 'longer data', '\u00e9']);
    const list = this.pick(lists);
    const ttl = this.pick([100_000n, 0n, -1n, 1_099_511_627_776n, 5_000_000n]);
    return this.pick<() => SubOp>([
      () => [Op.create, createBody(path, { flags: this.count(4), acl: list, data })],
      () => [Op.create2, createBody(path, { flags: this.count(4), acl: list })],
      () => [Op.createContainer, createBody(path, { flags: 4 })],
      () => [Op.createTTL, createTtlBody(path, ttl, { flags: this.pick([5, 6]) })],
      () => [Op.delete, pathVersionBody(path, this.#version())],
      () => [Op.setData, setDataBody(path, data, this.#version())],
      () => [Op.check, pathVersionBody(path, this.#version())],
    ])();
  }

  #write(): SubOp {
    const list = this.pick(lists);
    const path = this.pick(paths);
    return this.pick<() => SubOp>([
      () => [Op.multi, multiBody(Array.from({ length: 1 + this.count(4) }, () => this.#part()))],
      () => [Op.create, createBody(path, { flags: this.pick([-1, 0, 1, 4, 5, 7, 9]) })],
      () => [Op.setACL, setAclBody(path, list, this.#version())],
    ])();
  }

  #read(): SubOp {
    const path = this.pick(paths);
    const watched = pathWatchBody(path, this.count(5) < 2);
    return this.pick<() => SubOp>([
      () => [this.pick([Op.getData, Op.exists, Op.getChildren, Op.getChildren2]), watched],
      () => [this.pick([Op.getACL, Op.getAllChildrenNumber, Op.getEphemerals]), pathBody(path)],
      () => [
        Op.multiRead,
        multiBody([
          [Op.getData, watched],
          [Op.getChildren, watched],
        ]),
      ],
    ])();
  }

  #watch(): SubOp {
    const path = this.pick(paths);
    const some = (): string[] => [this.pick(paths)];
    const all = { data: some(), exist: some(), child: some(), persistent: some() };
    return this.pick<() => SubOp>([
      () => [Op.addWatch, pathIntBody(path, this.pick([0, 1, 0, 1, 2]))],
      () => [Op.removeWatches, pathIntBody(path, this.count(7))],
      () => [Op.checkWatches, pathIntBody(path, this.count(8))],
      () => [Op.setWatches2, setWatches2Body(BigInt(this.count(5)), { ...all, recursive: some() })],
    ])();
  }

  next(): SubOp {
    const kind = this.#random();
    if (kind < 0.4) {
      const part = this.#part();
      // A check alone is the matter of a scenario.
      if (part[0] !== Op.check) return part;
    }
    return kind < 0.55 ? this.#write() : kind < 0.8 ? this.#read() : this.#watch();
  }
}

/** The lines of one seed; everything that arrives is noted with the request that it came after. */
export const runRandomRequests = async (port: number, seed: number): Promise<string[]> => {
  const stage = new Stage(port);
  const maker = new RequestMaker(seed);
  const a = await stage.client('A');
  const b = await stage.client('B');
  await a.create('/f');
  for (let index = 0; index < REQUESTS; index += 1) {
    const client: ScenarioClient = maker.pick([a, a, b]);
    const [type, body] = maker.next();
    await client.ask(`${type} ${body.toString('hex')}`, type, body);
    if (index === 60) await a.ask('auth', Op.auth, authBody('digest', 'user:pw'), -4);
    await a.drain();
    await b.drain();
  }
  await stage.end();
  return stage.lines;
};
