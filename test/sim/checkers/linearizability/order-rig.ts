/** Histories written by hand: who asked what, when, and what came back. */
import { OpCode } from '../../../../src/protocol/op-code.ts';
import type { Stat } from '../../../../src/protocol/records/stat.ts';
import {
  checkOrder,
  type OrderRules,
  oneServer,
} from '../../../../src/sim/checkers/linearizability/check-order.ts';
import { sessionsOf } from '../../../../src/sim/checkers/linearizability/client-ops.ts';
import { Footprints } from '../../../../src/sim/checkers/linearizability/footprint.ts';
import { SearchState } from '../../../../src/sim/checkers/linearizability/search-state.ts';
import type { Ask, CreateAsk } from '../../../../src/sim/clients/client-request.ts';
import type { ReplyBody } from '../../../../src/sim/clients/reply-body.ts';
import { newConnectionHistory } from '../../../../src/sim/clients/sim-client.ts';
import type { ConnectionHistory, History } from '../../../../src/sim/history.ts';

export const OK = 0;
export const NO_NODE = -101;
export const NODE_EXISTS = -110;
export const BAD_VERSION = -103;

export const data = (...bytes: number[]) => Uint8Array.from(bytes);

export function create(path: string, flags = 0): CreateAsk {
  const acl = [{ perms: 31, id: { scheme: 'world', id: 'anyone' } }];
  const type = flags === 4 ? OpCode.createContainer : OpCode.create;
  return { kind: 'create', type, path, data: data(), acl, flags, ttl: 0 };
}

export const remove = (path: string): Ask => ({ kind: 'delete', path, version: -1 });
export const exists = (path: string): Ask => ({ kind: 'exists', path, watch: false });
export const children = (path: string): Ask => ({ kind: 'getChildren', path, watch: false });
export const sync = (path = '/'): Ask => ({ kind: 'sync', path });

export function setData(path: string, version = -1): Ask {
  return { kind: 'setData', path, data: data(version & 0xff), version };
}

export function statOf(facts: Partial<Stat>): Stat {
  return {
    czxid: 0,
    mzxid: 0,
    ctime: 0,
    mtime: 0,
    version: 0,
    cversion: 0,
    aversion: 0,
    ephemeralOwner: 0n,
    dataLength: 0,
    numChildren: 0,
    pzxid: 0,
    ...facts,
  };
}

/** [asked, answered]; no answer where there is only one. */
type Times = readonly [number, number] | readonly [number];

interface Given {
  readonly err?: number;
  readonly body?: ReplyBody;
}

export class OrderRig {
  readonly history: History = {
    connections: [],
    txns: [],
    expiries: [],
    options: {
      digestEnabled: false,
      closeSessionTxnEnabled: true,
      tickTimeMs: 100,
      minSessionTimeoutMs: 200,
      maxSessionTimeoutMs: 2000,
      neverUsedMs: 0,
      expirySlackMs: 0,
    },
  };
  #nextXid = 1;

  /** A connection on which this session is served. */
  connect(session: number, life = 1): RigConnection {
    const id = this.history.connections.length;
    const attempt = {
      at: 0,
      sessionId: 0n,
      isPasswordRight: true,
      timeOutMs: 1000,
      lastZxidSeen: 0,
    };
    const record = newConnectionHistory(id, session, { attempt, life });
    record.sessionId = BigInt(session);
    this.history.connections.push(record);
    return {
      record,
      ask: (ask, times, given = {}) => this.#ask(record, { ask, times, given }),
    };
  }

  check(rules: Partial<OrderRules> = {}): string {
    return checkOrder(this.history, { ...oneServer(this.history), ...rules }).kind;
  }

  #ask(
    { asked, stream }: ConnectionHistory,
    { ask, times, given }: { ask: Ask; times: Times; given: Given },
  ): void {
    const [at, answeredAt] = times;
    const xid = this.#nextXid++;
    const ids = ['ip:10.0.0.1'];
    const record = { at, xid, ask, reply: null, ids, takenAt: at };
    asked.push(record);
    if (answeredAt === undefined) return;
    const own = ask.kind === 'sync' ? { path: ask.path } : {};
    const body = given.body ?? own;
    const reply = { at: answeredAt, xid, zxid: 0, err: given.err ?? OK, body };
    stream.push({ kind: 'reply', asked: record, reply });
    Object.assign(this.history.connections.find((each) => each.asked === asked) ?? {}, {
      seen: stream.length,
    });
  }
}

export interface RigConnection {
  readonly record: ConnectionHistory;
  ask(ask: Ask, times: Times, given?: Given): void;
}

/** As of several servers: only writes and syncs show all that was acknowledged. */
export const SEVERAL_SERVERS: Partial<OrderRules> = {
  isExact: ({ ask }) => ask.kind === 'sync',
  tailsUntil: () => Number.POSITIVE_INFINITY,
};

export function stateOf({ history }: OrderRig): SearchState {
  const footprints = new Footprints();
  const sessions = sessionsOf(history, oneServer(history), footprints);
  return new SearchState({ sessions, footprints, removesNeverUsed: false });
}
