/**
 * Workload: what the clients of a run ask for. A small world of paths, so that requests meet; every
 * operation, good and bad arguments, now and then a multi of many parts.
 */
import type { Prng } from '../../base/prng.ts';
import { OpCode } from '../../protocol/op-code.ts';
import type { AclList } from '../../protocol/records/acl.ts';
import { toyDigest } from '../access.ts';
import type { CreateAsk, PartAsk, ReadAsk, SentAsk, WatchedReadKind } from './client-request.ts';

const NAMES = ['a', 'b', 'c', 'd'] as const;
const USERS = ['anna:1', 'otto:2'] as const;
const OPEN: AclList = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];
const BAD_PATHS = ['nope', '/a//b', '/a/', '/a/./b', '/none/x'] as const;
const KNOWN_MAX = 60;

export class Workload {
  readonly prng: Prng;
  /** Paths that the server chose: sequential nodes. */
  readonly #known: string[] = [];
  #counter = 0;

  constructor(prng: Prng) {
    this.prng = prng;
  }

  learn(path: string): void {
    if (this.#known.includes(path)) return;
    this.#known.push(path);
    if (this.#known.length > KNOWN_MAX) this.#known.shift();
  }

  next(): SentAsk {
    const prng = this.prng;
    const choice = prng.below(100);
    if (choice < 40) return this.#write();
    if (choice < 88) return this.#read();
    if (choice < 92) return { kind: 'ping' };
    if (choice < 94) return this.#auth();
    return this.#aboutWatches();
  }

  probe(): SentAsk[] {
    const path = `/probe${this.#counter++}`;
    return [
      this.#create({ path, flags: 0, acl: OPEN, type: OpCode.create2 }),
      { kind: 'getData', path, watch: false },
    ];
  }

  #path(): string {
    const prng = this.prng;
    const choice = prng.below(20);
    if (choice === 0) return '/';
    if (choice < 5 && this.#known.length > 0) return prng.pick(this.#known);
    const depth = prng.pick([1, 1, 2, 2, 3]);
    let path = '';
    for (let i = 0; i < depth; i++) path += `/${prng.pick(NAMES)}`;
    return path;
  }

  #anyPath(): string {
    return this.prng.chance(0.03) ? this.prng.pick(BAD_PATHS) : this.#path();
  }

  #version(): number {
    return this.prng.chance(0.7) ? -1 : this.prng.below(4);
  }

  #data(): Uint8Array | null {
    const prng = this.prng;
    if (prng.chance(0.05)) return null;
    const size = prng.pick([0, 1, 8, 8, 40, 40, 200, 900, 4000]);
    const data = new Uint8Array(size);
    for (let i = 0; i < size; i++) data[i] = (this.#counter * 7 + i) & 0xff;
    this.#counter++;
    return data;
  }

  #acl(): AclList {
    const prng = this.prng;
    const digest = { scheme: 'digest', id: toyDigest(prng.pick(USERS)) };
    switch (prng.below(24)) {
      case 0:
        return [{ perms: 31, id: digest }];
      case 1:
        return [
          { perms: prng.pick([1, 3, 17, 15]), id: { scheme: 'world', id: 'anyone' } },
          { perms: 31, id: digest },
        ];
      case 2:
        return [{ perms: 31, id: { scheme: 'auth', id: '' } }];
      case 3:
        return [{ perms: 31, id: { scheme: 'ip', id: '10.0.0.1' } }, ...OPEN, ...OPEN];
      case 4:
        return prng.chance(0.5) ? [] : [{ perms: 31, id: { scheme: 'nobody', id: 'x' } }];
      default:
        return OPEN;
    }
  }

  #create(facts: Partial<CreateAsk> = {}): CreateAsk {
    const prng = this.prng;
    const type = prng.pick([
      OpCode.create,
      OpCode.create,
      OpCode.create2,
      OpCode.createContainer,
      OpCode.createTtl,
    ]);
    const flags =
      type === OpCode.createTtl
        ? prng.pick([5, 5, 6, 0])
        : type === OpCode.createContainer
          ? 4
          : prng.pick([0, 0, 1, 1, 1, 2, 3, 3, 7]);
    return {
      kind: 'create',
      type,
      path: this.#anyPath(),
      data: this.#data(),
      acl: this.#acl(),
      flags,
      ttl: prng.pick([0, 5, 20, 100, 2000, 1_000_000]),
      ...facts,
    };
  }

  #part(): PartAsk {
    const prng = this.prng;
    switch (prng.below(10)) {
      case 0:
      case 1:
      case 2:
        return { kind: 'delete', path: this.#anyPath(), version: this.#version() };
      case 3:
      case 4:
        return {
          kind: 'setData',
          path: this.#anyPath(),
          data: this.#data(),
          version: this.#version(),
        };
      case 5:
        return { kind: 'check', path: this.#anyPath(), version: this.#version() };
      default:
        return this.#partCreate();
    }
  }

  /** Some flags make a multi that no server takes: they close no connection, but prove little. */
  #partCreate(): CreateAsk {
    const created = this.#create();
    return created.flags > 6 ? { ...created, flags: 0 } : created;
  }

  #write(): SentAsk {
    const prng = this.prng;
    const choice = prng.below(20);
    if (choice < 3) {
      const parts: PartAsk[] = [];
      for (let count = prng.pick([0, 1, 2, 2, 3, 5, 12]); count > 0; count--) {
        parts.push(this.#part());
      }
      return { kind: 'multi', parts };
    }
    if (choice === 3) {
      const version = this.#version();
      return { kind: 'setAcl', path: this.#anyPath(), acl: this.#acl(), version };
    }
    const part = this.#part();
    return part.kind === 'check' ? this.#create() : part;
  }

  #read(): ReadAsk {
    const prng = this.prng;
    const path = this.#path();
    switch (prng.below(12)) {
      case 0:
        return { kind: 'getAcl', path };
      case 1:
        return { kind: 'sync', path };
      case 2:
        return { kind: 'getAllChildrenNumber', path };
      case 3:
        return { kind: 'getEphemerals', path: prng.pick(['', '/', '/a', '/b/c']) };
      case 4: {
        const kinds = ['getData', 'getChildren'] as const;
        const items = [0, 1, 2].map(() => ({ kind: prng.pick(kinds), path: this.#path() }));
        return { kind: 'multiRead', items: items.slice(0, prng.below(4)) };
      }
      case 5:
        return { kind: 'whoAmI' };
      default: {
        const kinds: readonly WatchedReadKind[] = [
          'exists',
          'getData',
          'getChildren',
          'getChildren2',
        ];
        return { kind: prng.pick(kinds), path, watch: prng.chance(0.5) };
      }
    }
  }

  #aboutWatches(): ReadAsk {
    const prng = this.prng;
    const path = this.#path();
    if (prng.chance(0.5)) return { kind: 'addWatch', path, mode: prng.below(2) };
    const kind = prng.pick(['checkWatches', 'removeWatches'] as const);
    return { kind, path, type: prng.between(1, 5) };
  }

  #auth(): SentAsk {
    const credentials = this.prng.pick(USERS);
    const auth = Uint8Array.from(credentials, (unit) => unit.charCodeAt(0));
    return { kind: 'auth', scheme: 'digest', auth };
  }
}
