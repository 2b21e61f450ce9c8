/**
 * The checkers themselves: good histories are accepted, and each of these, corrupted by hand, is
 * rejected for the right reason. A checker that accepts everything would make every seed pass.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpCode } from '../../src/protocol/op-code.ts';
import { checkHistory } from '../../src/sim/checkers/check-history.ts';
import { checkRecoveryBounds } from '../../src/sim/checkers/durability.ts';
import { isWrite } from '../../src/sim/clients/client-request.ts';
import type {
  ConnectionHistory,
  EventRecord,
  History,
  Reply,
  StreamEntry,
  TxnRecord,
} from '../../src/sim/history.ts';
import { runSeed } from '../../src/sim/simulation.ts';

/** In the last two somebody reads what an ACL forbids. */
const SEEDS = [...Array.from({ length: 25 }, (_, i) => i + 1), 30, 31];
const pristine = SEEDS.map((seed) => {
  const { violations, history } = runSeed(seed);
  assert.deepEqual(violations, [], `seed ${seed}`);
  return history;
});

interface Corruption {
  readonly name: string;
  /** Any of these must be among what is found. */
  readonly invariants: readonly string[];
  /** False where the history has nothing of the kind. */
  corrupt(history: History): boolean;
}

type ReplyEntry = Extract<StreamEntry, { kind: 'reply' }>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function replies(history: History): ReplyEntry[] {
  return history.connections.flatMap(({ stream }) =>
    stream.filter((entry): entry is ReplyEntry => entry.kind === 'reply'),
  );
}

function reads(history: History): ReplyEntry[] {
  return replies(history).filter(({ asked }) => !isWrite(asked.ask));
}

function findReply(history: History, accept: (entry: ReplyEntry) => boolean): Reply | undefined {
  return replies(history).findLast(accept)?.reply;
}

function change<T>(value: T | undefined, how: (value: Mutable<T>) => void): boolean {
  if (value === undefined) return false;
  how(value as Mutable<T>);
  return true;
}

/** Where on some connection two entries of these kinds stand one behind the other. */
function neighbours(
  history: History,
  accept: (a: StreamEntry, b: StreamEntry, connection: ConnectionHistory) => boolean,
): { stream: StreamEntry[]; at: number } | undefined {
  for (const connection of history.connections) {
    const { stream } = connection;
    for (let at = stream.length - 2; at >= 0; at--) {
      const [a, b] = [stream[at], stream[at + 1]];
      if (a !== undefined && b !== undefined && accept(a, b, connection)) return { stream, at };
    }
  }
  return undefined;
}

function swap<T>(found: { stream: T[]; at: number } | undefined): boolean {
  if (found === undefined) return false;
  const { stream, at } = found;
  stream.splice(at, 2, stream[at + 1] as T, stream[at] as T);
  return true;
}

/** An event that is followed by a reply that names a zxid, so that its absence shows. */
function eventBeforeReply(history: History): { stream: StreamEntry[]; at: number } | undefined {
  return neighbours(
    history,
    (a, b) => a.kind === 'event' && a.event.zxid > 0 && b.kind === 'reply' && b.reply.zxid > 0,
  );
}

function eventOf(
  found: { stream: StreamEntry[]; at: number } | undefined,
): EventRecord | undefined {
  const entry = found?.stream[found.at];
  return entry?.kind === 'event' ? entry.event : undefined;
}

function writes(history: History): TxnRecord[] {
  return history.txns.filter(({ cxid, txn }) => cxid > 0 && txn.type !== OpCode.closeSession);
}

function exchange(a: TxnRecord | undefined, b: TxnRecord | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const { clientId, cxid, txn } = a;
  Object.assign(a, { clientId: b.clientId, cxid: b.cxid, txn: b.txn });
  Object.assign(b, { clientId, cxid, txn });
  return true;
}

const corruptions: readonly Corruption[] = [
  {
    name: 'two replies change places',
    invariants: ['H5'],
    corrupt: (history) =>
      swap(
        neighbours(history, (a, b) => {
          if (a.kind !== 'reply' || b.kind !== 'reply') return false;
          return a.asked.xid > 0 && b.asked.xid > 0 && b.asked.ask.kind !== 'garbage';
        }),
      ),
  },
  {
    name: 'a read goes back in time',
    invariants: ['H6', 'H7'],
    corrupt: (history) => {
      const entry = reads(history).findLast(({ asked, reply }) => asked.xid > 0 && reply.zxid > 9);
      return change(entry?.reply, (reply) => {
        reply.zxid -= 8;
      });
    },
  },
  {
    name: 'a reply names a zxid that never was',
    invariants: ['H7', 'H6'],
    corrupt: (history) =>
      change(
        findReply(history, ({ asked }) => asked.ask.kind === 'exists'),
        (reply) => {
          reply.zxid += 100_000;
        },
      ),
  },
  {
    name: 'other data',
    invariants: ['H7'],
    corrupt: (history) =>
      change(
        findReply(history, ({ reply, asked }) => asked.ask.kind === 'getData' && reply.err === 0),
        (reply) => {
          reply.body.data = Uint8Array.from([1, 2, 3, 4, 5]);
        },
      ),
  },
  {
    name: 'another Stat in a read',
    invariants: ['H7'],
    corrupt: (history) =>
      change(
        findReply(history, ({ reply, asked }) => asked.ask.kind === 'exists' && reply.err === 0),
        ({ body }) => {
          if (body.stat) body.stat = { ...body.stat, pzxid: body.stat.pzxid + 1 };
        },
      ),
  },
  {
    name: 'a child too many',
    invariants: ['H7'],
    corrupt: (history) =>
      change(
        findReply(history, ({ reply, asked }) => {
          return asked.ask.kind === 'getChildren' && reply.err === 0;
        }),
        ({ body }) => {
          body.names = [...(body.names ?? []), 'ghost'];
        },
      ),
  },
  {
    name: 'a node that is there is not found',
    invariants: ['H7'],
    corrupt: (history) =>
      change(
        findReply(history, ({ reply, asked }) => asked.ask.kind === 'exists' && reply.err === 0),
        (reply) => {
          reply.err = -101;
          reply.body = {};
        },
      ),
  },
  {
    name: 'what an ACL forbids is shown',
    invariants: ['H15'],
    corrupt: (history) =>
      change(reads(history).find(({ reply }) => reply.err === -102)?.reply, (reply) => {
        reply.err = 0;
      }),
  },
  {
    name: 'another Stat in the reply to a write',
    invariants: ['H1'],
    corrupt: (history) =>
      change(
        findReply(history, ({ reply, asked }) => asked.ask.kind === 'setData' && reply.err === 0),
        ({ body }) => {
          if (body.stat) body.stat = { ...body.stat, version: body.stat.version + 1 };
        },
      ),
  },
  {
    name: 'the reply to a write names another txn',
    invariants: ['H1', 'H6'],
    corrupt: (history) =>
      change(
        findReply(history, ({ asked }) => asked.ask.kind === 'create'),
        (reply) => {
          reply.zxid -= 1;
        },
      ),
  },
  {
    name: 'a failed write is reported as done',
    invariants: ['H1'],
    corrupt: (history) =>
      change(
        findReply(history, ({ reply, asked }) => {
          return asked.ask.kind === 'delete' && reply.err === -101;
        }),
        (reply) => {
          reply.err = 0;
        },
      ),
  },
  {
    name: 'a part of a multi has another result',
    invariants: ['H1'],
    corrupt: (history) => {
      const reply = findReply(history, ({ asked, reply: { body } }) => {
        return asked.ask.kind === 'multi' && (body.parts?.length ?? 0) > 0;
      });
      const part = reply?.body.parts?.[0];
      return change(part, (each) => {
        each.err -= 1;
      });
    },
  },
  {
    name: 'the log has another txn than was asked for',
    invariants: ['H1', 'H12'],
    corrupt: ({ txns }) => {
      const record = txns.findLast(({ txn }) => txn.type === OpCode.setData);
      if (record?.txn.type !== OpCode.setData) return false;
      Object.assign(record.txn.body, { version: record.txn.body.version + 1 });
      return true;
    },
  },
  {
    name: 'a failed multi is half done',
    invariants: ['H11', 'H1'],
    corrupt: ({ txns }) => {
      const record = txns.findLast(({ txn }) => {
        return txn.type === OpCode.multi && (txn.body.txns?.length ?? 0) > 1;
      });
      if (record?.txn.type !== OpCode.multi) return false;
      Object.assign(record.txn.body, { txns: record.txn.body.txns?.slice(0, -1) });
      return true;
    },
  },
  {
    name: 'an acknowledged write is not in the log',
    invariants: ['H2'],
    corrupt: ({ txns, connections }) => {
      const acknowledged = new Set(
        connections.flatMap(({ stream }) =>
          stream.flatMap((e) => (e.kind === 'reply' && isWrite(e.asked.ask) ? [e.reply.zxid] : [])),
        ),
      );
      const at = txns.findLastIndex(({ zxid }) => acknowledged.has(zxid));
      return at >= 0 && txns.splice(at, 1).length === 1;
    },
  },
  {
    name: 'a write is done twice',
    invariants: ['H3'],
    corrupt: ({ txns, ...history }) => {
      const record = writes({ txns, ...history }).findLast(({ txn }) => txn.type === OpCode.error);
      const last = txns.at(-1);
      if (record === undefined || last === undefined) return false;
      txns.push({ ...record, zxid: last.zxid + 1 });
      return true;
    },
  },
  {
    name: 'a txn that nobody asked for',
    invariants: ['H3'],
    corrupt: (history) =>
      change(writes(history).at(-1), (record) => {
        record.cxid = 1_000_000;
      }),
  },
  {
    name: 'two writes of a session change places',
    invariants: ['H4', 'H1'],
    corrupt: (history) => {
      const own = writes(history);
      const at = own.findLastIndex((each, i) => each.clientId === own[i + 1]?.clientId);
      return exchange(own[at], own[at + 1]);
    },
  },
  {
    name: 'the first write is done last',
    invariants: ['H1', 'H4'],
    corrupt: (history) => {
      const own = writes(history);
      return own.length > 20 && exchange(own[0], own.at(-1));
    },
  },
  {
    name: 'a sequence number is given again',
    invariants: ['H13', 'H1'],
    corrupt: (history) => {
      const numbered = writes(history).filter(({ txn }) => {
        const isCreate = txn.type === OpCode.create || txn.type === OpCode.create2;
        return isCreate && /\d{10}$/.test(txn.body.path ?? '');
      });
      const [first, last] = [numbered[0], numbered.at(-1)];
      if (first === undefined || last === undefined || first === last) return false;
      if (!('path' in first.txn.body) || !('path' in last.txn.body)) return false;
      if (first.txn.body.path === last.txn.body.path) return false;
      Object.assign(last.txn.body, { path: first.txn.body.path });
      return true;
    },
  },
  {
    name: 'an event is left out',
    invariants: ['W1'],
    corrupt: (history) => {
      const found = eventBeforeReply(history);
      return found !== undefined && found.stream.splice(found.at, 1).length === 1;
    },
  },
  {
    name: 'an event comes twice',
    invariants: ['W2', 'W1'],
    corrupt: (history) => {
      const found = eventBeforeReply(history);
      const event = eventOf(found);
      if (found === undefined || event === undefined) return false;
      found.stream.splice(found.at, 0, { kind: 'event', event: { ...event } });
      return true;
    },
  },
  {
    name: 'an event comes behind the reply that shows what it tells of',
    invariants: ['W1', 'H6'],
    corrupt: (history) => swap(eventBeforeReply(history)),
  },
  {
    name: 'an event of another type',
    invariants: ['W1', 'W2'],
    corrupt: (history) =>
      change(eventOf(eventBeforeReply(history)), (event) => {
        event.type = (event.type % 4) + 1;
      }),
  },
  {
    name: 'an event of another node',
    invariants: ['W1', 'W2'],
    corrupt: (history) =>
      change(eventOf(eventBeforeReply(history)), (event) => {
        event.path = '/elsewhere';
      }),
  },
  {
    name: 'two events change places',
    invariants: ['W1', 'H6'],
    corrupt: (history) =>
      swap(
        neighbours(history, (a, b) => {
          return a.kind === 'event' && b.kind === 'event' && a.event.zxid < b.event.zxid;
        }),
      ),
  },
  {
    name: 'an event for somebody who watches nothing',
    invariants: ['W2', 'W1'],
    corrupt: ({ connections }) => {
      const isQuiet = ({ stream }: ConnectionHistory) =>
        stream.length > 4 && stream.every((e) => e.kind !== 'event');
      const stream = connections.find(isQuiet)?.stream;
      const last = stream?.at(-1);
      if (stream === undefined || last?.kind !== 'reply') return false;
      const { at, zxid } = last.reply;
      stream.splice(-1, 0, { kind: 'event', event: { at, zxid, type: 3, path: '/a' } });
      return true;
    },
  },
  {
    name: 'a watch that is there is said not to be',
    invariants: ['W6'],
    corrupt: (history) =>
      change(
        findReply(history, ({ asked }) => asked.ask.kind === 'removeWatches'),
        (reply) => {
          reply.err = reply.err === 0 ? -121 : 0;
        },
      ),
  },
  {
    name: 'an ephemeral outlives its session',
    invariants: ['E2', 'H1'],
    corrupt: ({ txns }) => {
      const record = txns.findLast(({ txn }) => {
        return txn.type === OpCode.closeSession && (txn.body.paths2Delete?.length ?? 0) > 0;
      });
      if (record?.txn.type !== OpCode.closeSession) return false;
      Object.assign(record.txn.body, { paths2Delete: [] });
      return true;
    },
  },
  {
    name: 'a txn of a session that is closed',
    invariants: ['E3', 'E1'],
    corrupt: ({ txns }) => {
      const at = txns.findIndex(({ txn }) => txn.type === OpCode.closeSession);
      if (at < 0) return false;
      const later = txns.slice(at + 1).find(({ cxid }) => cxid > 0);
      return change(later, (record) => {
        record.clientId = txns[at]?.clientId ?? 0n;
      });
    },
  },
  {
    name: 'a session begins twice',
    invariants: ['E6'],
    corrupt: ({ txns }) => {
      const created = txns.filter(({ txn }) => txn.type === OpCode.createSession);
      return change(created[1], (record) => {
        record.clientId = created[0]?.clientId ?? 0n;
      });
    },
  },
  {
    name: 'a negative session id',
    invariants: ['E6'],
    corrupt: ({ txns }) =>
      change(
        txns.find(({ txn }) => txn.type === OpCode.createSession),
        (record) => {
          record.clientId = -record.clientId;
        },
      ),
  },
  {
    name: 'a session expires before its time',
    invariants: ['E4'],
    corrupt: ({ expiries }) =>
      change(expiries[0], (timing) => {
        timing.silentUs = timing.timeoutMs * 1000 - 1;
      }),
  },
  {
    name: 'a session expires long after its time',
    invariants: ['E5'],
    corrupt: ({ expiries }) =>
      change(expiries[0], (timing) => {
        timing.silentUs += 100_000_000;
      }),
  },
  {
    name: 'a timeout that was not negotiated',
    invariants: ['E4'],
    corrupt: ({ connections }) => {
      const first = connections.find(({ sessionId }) => sessionId !== 0n)?.stream[0];
      if (first?.kind !== 'connected') return false;
      first.connected.timeoutMs += 1;
      return true;
    },
  },
  {
    name: 'a session is given for a wrong password',
    invariants: ['E8'],
    corrupt: ({ connections }) => {
      const taken = connections.find(
        ({ attempt, sessionId }) => attempt.sessionId !== 0n && sessionId !== 0n,
      );
      return change(taken?.attempt, (attempt) => {
        attempt.isPasswordRight = false;
      });
    },
  },
  {
    name: 'a session is taken up after its end',
    invariants: ['E8'],
    corrupt: ({ connections, txns }) => {
      const again = new Set(
        connections.flatMap(({ attempt, sessionId }) =>
          attempt.sessionId !== 0n && sessionId !== 0n ? [sessionId] : [],
        ),
      );
      const closed = txns.find(({ clientId, txn }) => {
        return txn.type === OpCode.closeSession && again.has(clientId);
      });
      return change(closed, (record) => {
        record.preparedAt = 0;
      });
    },
  },
  {
    name: 'the former connection of a session is still served',
    invariants: ['E7'],
    corrupt: ({ connections }) => {
      const again = connections.findLast(
        ({ attempt, sessionId }) => attempt.sessionId !== 0n && sessionId !== 0n,
      );
      const former = connections.find(({ sessionId, stream }) => {
        return sessionId === again?.sessionId && stream.at(-1)?.kind === 'reply';
      });
      const last = former?.stream.at(-1);
      if (former === again || last?.kind !== 'reply') return false;
      last.reply.at += 1_000_000;
      return true;
    },
  },
  {
    name: 'a client from the future is served',
    invariants: ['H6'],
    corrupt: ({ connections }) =>
      change(connections.find(({ stream }) => stream.length > 0)?.attempt, (attempt) => {
        attempt.lastZxidSeen = 2 ** 40;
      }),
  },
];

for (const { name, invariants, corrupt } of corruptions) {
  test(`checkers: ${name} → ${invariants.join(' or ')}`, () => {
    let count = 0;
    for (const [i, good] of pristine.entries()) {
      const history = structuredClone(good);
      if (!corrupt(history)) continue;
      count++;
      const found = checkHistory(history).map(({ invariant }) => invariant);
      const isRight = found.some((invariant) => invariants.includes(invariant));
      assert.ok(isRight, `seed ${SEEDS[i]}: found ${JSON.stringify([...new Set(found)])}`);
    }
    assert.ok(count > 0, 'no history has anything of the kind');
  });
}

test('checkers: a history that nobody touched → nothing is found', () => {
  for (const history of pristine) assert.deepEqual(checkHistory(structuredClone(history)), []);
});

test('checkers: recovery below what was shown, or above what was written → D2', () => {
  assert.deepEqual(checkRecoveryBounds({ lastZxid: 5, shown: 5, written: 9 }), []);
  assert.equal(checkRecoveryBounds({ lastZxid: 4, shown: 5, written: 9 })[0]?.invariant, 'D2');
  assert.equal(checkRecoveryBounds({ lastZxid: 10, shown: 5, written: 9 })[0]?.invariant, 'D2');
});
