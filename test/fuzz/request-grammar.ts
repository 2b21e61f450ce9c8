/** The grammar of client requests: every operation with fields that are valid or nearly so. */
import type { Prng } from '../../src/base/prng.ts';
import { int, long, Op } from '../interop/raw-client.ts';
import { INTERESTING_INTS, type Part, randomBytes } from './mutation.ts';

const PATHS: readonly string[] = [
  '/',
  '/a',
  '/a/b',
  '/a/b/c',
  '/b',
  '/q',
  '/q/r',
  '/a/n-',
  '/zookeeper',
  '/zookeeper/config',
  '/zookeeper/quota',
  '/zookeeper/quota/q',
  '/zookeeper/quota/q/zookeeper_limits',
  '/zookeeper/quota/q/zookeeper_stats',
  '/zookeeper/quota/zookeeper_limits',
];
const ODD_PATHS: readonly string[] = [
  '',
  'a',
  '//',
  '/a/',
  '/.',
  '/a/../b',
  '/a\u0000',
  '/\u0001',
  '/\u009f',
  '/\ud800',
  '/\ue000',
  '/\ufeff',
  '/\ufff0',
  '/\ud83d\ude00',
  '/__proto__',
  '/constructor/x',
  '/hasOwnProperty',
  '/n-2147483647',
  `/${'x'.repeat(3_000)}`,
  '/d'.repeat(1_500),
];
const DATA: readonly string[] = [
  '',
  'x',
  'count=2,bytes=9',
  'count=1,bytes=2;byteHardLimit=3',
  '\ufffd',
];
const SCHEMES: readonly string[] = ['world', 'auth', 'digest', 'ip', 'super', 'sasl', 'x509', ''];
const IDS: readonly string[] = [
  'anyone',
  '',
  'a:b',
  'super:x',
  '127.0.0.1',
  '10.0.0.0/8',
  '::/0',
  '/33',
];
const MULTI_OPS_MAX = 5;
/** Without many that succeed there is no state in which the odd ones do anything. */
const FREQUENT: readonly number[] = [
  Op.create,
  Op.create,
  Op.create2,
  Op.createContainer,
  Op.createTTL,
  Op.delete,
  Op.delete,
  Op.setData,
  Op.setACL,
  Op.multi,
  Op.multi,
  Op.getData,
  Op.getChildren2,
  Op.addWatch,
  Op.setWatches2,
];

const intPart = (value: number): Part => ({ kind: 'int', bytes: int(value) });
const boolPart = (value: boolean): Part => ({ kind: 'bool', bytes: Buffer.of(value ? 1 : 0) });
const longPart = (value: bigint): Part => ({ kind: 'long', bytes: long(value) });
const sizedPart = (value: Uint8Array | string | null): Part => {
  if (value === null) return { kind: 'sized', bytes: int(-1) };
  const bytes = Buffer.from(value);
  return { kind: 'sized', bytes: Buffer.concat([int(bytes.length), bytes]) };
};

export class RequestGrammar {
  readonly #prng: Prng;
  readonly #sessionIds: readonly bigint[];

  /** The ids of sessions that exist, for requests about others'. */
  constructor(prng: Prng, sessionIds: readonly bigint[]) {
    this.#prng = prng;
    this.#sessionIds = sessionIds;
  }

  connect(): Part[] {
    const prng = this.#prng;
    const isOther = prng.chance(0.3);
    const parts = [
      intPart(0),
      longPart(prng.chance(0.9) ? 0n : BigInt(prng.below(100))),
      intPart(prng.chance(0.7) ? 10_000 : prng.pick(INTERESTING_INTS)),
      longPart(isOther ? prng.pick(this.#sessionIds) : 0n),
      sizedPart(prng.chance(0.8) ? Buffer.alloc(16) : this.#data()),
    ];
    return prng.chance(0.8) ? [...parts, boolPart(prng.chance(0.5))] : parts;
  }

  request(): Part[] {
    const prng = this.#prng;
    const type = prng.pick(prng.chance(0.6) ? FREQUENT : Object.values(Op));
    const isSpecial = prng.chance(0.1);
    const xid = isSpecial ? prng.pick([-1, -2, -4, -8, 0]) : prng.between(1, 1_000);
    return [intPart(xid), intPart(type), ...this.#body(type)];
  }

  #body(type: number): Part[] {
    const prng = this.#prng;
    switch (type) {
      case Op.create:
      case Op.create2:
      case Op.createContainer:
        return this.#create(prng.chance(0.9) ? prng.below(5) : prng.pick(INTERESTING_INTS));
      case Op.createTTL: {
        const ttl = prng.pick([1n, 0n, -1n, 1_000n, 0xffffffffffn, 1n << 40n, 1n << 62n]);
        return [...this.#create(prng.between(5, 6)), longPart(ttl)];
      }
      case Op.delete:
      case Op.check:
        return [this.#path(), this.#version()];
      case Op.setData:
        return [this.#path(), sizedPart(this.#data()), this.#version()];
      case Op.setACL:
        return [this.#path(), ...this.#acl(), this.#version()];
      case Op.exists:
      case Op.getData:
      case Op.getChildren:
      case Op.getChildren2:
        return [this.#path(), boolPart(prng.chance(0.5))];
      case Op.multi:
      case Op.multiRead:
        return this.#multi(type);
      case Op.addWatch:
        return [this.#path(), intPart(prng.pick([0, 1, 0, 1, 2, -1]))];
      case Op.checkWatches:
      case Op.removeWatches:
        return [this.#path(), intPart(prng.between(0, 6))];
      case Op.setWatches:
      case Op.setWatches2:
        return this.#setWatches(type === Op.setWatches ? 3 : 5);
      case Op.auth:
        return [intPart(0), sizedPart(prng.pick(SCHEMES)), sizedPart(prng.pick(IDS))];
      case Op.sasl:
      case Op.deleteContainer:
        return [sizedPart(this.#data())];
      case Op.reconfig:
        return [sizedPart(null), sizedPart('x'), sizedPart(null), longPart(-1n)];
      case Op.createSession:
        return [intPart(5_000)];
      default:
        // sync, getACL, getEphemerals, getAllChildrenNumber; others have no body.
        return [this.#path()];
    }
  }

  #create(flags: number): Part[] {
    return [this.#path(), sizedPart(this.#data()), ...this.#acl(), intPart(flags)];
  }

  #multi(type: number): Part[] {
    const prng = this.#prng;
    const parts: Part[] = [];
    const types =
      type === Op.multi
        ? [Op.create, Op.create2, Op.delete, Op.setData, Op.check, Op.createTTL, Op.createContainer]
        : [Op.getData, Op.getChildren];
    for (let left = prng.below(MULTI_OPS_MAX + 1); left > 0; left--) {
      // A nested multi is no valid one; only one in a while, so that the depth stays small.
      const inner = prng.chance(0.05) ? type : prng.pick(types);
      parts.push(intPart(inner), boolPart(false), intPart(-1), ...this.#body(inner));
    }
    return [...parts, intPart(-1), boolPart(true), intPart(-1)];
  }

  #setWatches(lists: number): Part[] {
    const prng = this.#prng;
    const parts: Part[] = [longPart(BigInt(prng.below(200)))];
    for (let list = 0; list < lists; list++) {
      const count = prng.below(4);
      parts.push(intPart(count));
      for (let i = 0; i < count; i++) parts.push(this.#path());
    }
    return parts;
  }

  #path(): Part {
    const prng = this.#prng;
    if (prng.chance(0.92)) return sizedPart(prng.pick(PATHS));
    if (prng.chance(0.8)) return sizedPart(prng.pick(ODD_PATHS));
    return prng.chance(0.5) ? sizedPart(null) : sizedPart(randomBytes(prng, prng.below(12)));
  }

  #data(): Uint8Array | string | null {
    const prng = this.#prng;
    if (prng.chance(0.7)) return prng.pick(DATA);
    if (prng.chance(0.2)) return null;
    return randomBytes(prng, prng.chance(0.05) ? 60_000 : prng.below(300));
  }

  #version(): Part {
    const prng = this.#prng;
    return intPart(
      prng.chance(0.75) ? -1 : prng.chance(0.7) ? prng.below(4) : prng.pick(INTERESTING_INTS),
    );
  }

  #acl(): Part[] {
    const prng = this.#prng;
    if (prng.chance(0.85))
      return [intPart(1), intPart(31), sizedPart('world'), sizedPart('anyone')];
    const count = prng.below(4);
    const parts: Part[] = [intPart(prng.chance(0.9) ? count : -1)];
    for (let i = 0; i < count; i++) {
      const perms = prng.chance(0.8) ? prng.below(32) : prng.pick(INTERESTING_INTS);
      parts.push(intPart(perms), sizedPart(prng.pick(SCHEMES)), sizedPart(prng.pick(IDS)));
    }
    return parts;
  }
}
