/**
 * The search for an order, on histories written by hand: those that an order explains, and those
 * that none does. Nothing in them names a zxid.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BAD_VERSION,
  children,
  create,
  data,
  exists,
  NO_NODE,
  NODE_EXISTS,
  OK,
  OrderRig,
  remove,
  SEVERAL_SERVERS,
  setData,
  statOf,
  sync,
} from './order-rig.ts';

const made = (path: string) => ({ body: { path } });
const gone = { err: NO_NODE };
const there = { body: { stat: statOf({}) } };
const named = (...names: string[]) => ({ body: { names } });
const version = (n: number) => ({ body: { stat: statOf({ version: n, dataLength: 1 }) } });

test('order: two writes at once → the one that fails comes second', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1, 9], { err: NODE_EXISTS });
  rig.connect(2).ask(create('/a'), [2, 8], made('/a'));
  assert.equal(rig.check(), 'ordered');
});

test('order: both of two creates of one node succeed → impossible', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1, 9], made('/a'));
  rig.connect(2).ask(create('/a'), [2, 8], made('/a'));
  assert.equal(rig.check(), 'impossible');
});

test('order: a read does not show what was acknowledged → impossible, of several servers allowed', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1, 2], made('/a'));
  rig.connect(2).ask(exists('/a'), [3, 4], gone);
  assert.equal(rig.check(), 'impossible');
  assert.equal(rig.check(SEVERAL_SERVERS), 'ordered');
});

test('order: the same behind a sync → impossible, unless two may have led', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1, 2], made('/a'));
  const reader = rig.connect(2);
  reader.ask(sync(), [3, 4]);
  reader.ask(exists('/a'), [5, 6], gone);
  assert.equal(rig.check(SEVERAL_SERVERS), 'impossible');
  assert.equal(rig.check({ ...SEVERAL_SERVERS, isExact: () => false }), 'ordered');
});

test('order: a sync asked before the write was answered → it may miss it', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1, 4], made('/a'));
  const reader = rig.connect(2);
  reader.ask(sync(), [3, 5]);
  reader.ask(exists('/a'), [6, 7], gone);
  assert.equal(rig.check(SEVERAL_SERVERS), 'ordered');
});

test('order: a session sees a node, then not any more, and nobody removed it → impossible', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1, 2], made('/a'));
  const reader = rig.connect(2);
  reader.ask(exists('/a'), [3, 4], there);
  reader.ask(exists('/a'), [5, 6], gone);
  assert.equal(rig.check(SEVERAL_SERVERS), 'impossible');
});

test('order: a session does not see its own write → impossible', () => {
  const rig = new OrderRig();
  const session = rig.connect(1);
  session.ask(create('/a'), [1, 3], made('/a'));
  session.ask(exists('/a'), [2, 4], gone);
  assert.equal(rig.check(SEVERAL_SERVERS), 'impossible');
});

test('order: a read shows what is asked for only later → impossible', () => {
  const rig = new OrderRig();
  rig.connect(2).ask(exists('/a'), [1, 2], there);
  rig.connect(1).ask(create('/a'), [3, 4], made('/a'));
  assert.equal(rig.check(SEVERAL_SERVERS), 'impossible');
});

test('order: an acknowledged write is lost → impossible', () => {
  const rig = new OrderRig();
  const session = rig.connect(1);
  session.ask(create('/a'), [1, 2], made('/a'));
  session.ask(setData('/a'), [3, 4], version(1));
  session.ask(setData('/a'), [5, 6], version(1));
  assert.equal(rig.check(), 'impossible');
});

test('order: two writes with one expected version → only one can succeed', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  one.ask(create('/a'), [1, 2], made('/a'));
  one.ask(setData('/a', 0), [3, 6], version(1));
  const other = rig.connect(2);
  other.ask(setData('/a', 0), [4, 5], { err: BAD_VERSION });
  assert.equal(rig.check(), 'ordered');
  other.ask(setData('/a', 0), [7, 8], version(2));
  assert.equal(rig.check(), 'impossible');
});

test('order: versions against the order of real time → impossible', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  one.ask(create('/a'), [1, 2], made('/a'));
  one.ask(setData('/a'), [3, 4], version(2));
  rig.connect(2).ask(setData('/a'), [5, 6], version(1));
  assert.equal(rig.check(), 'impossible');
});

test('order: a write without an answer → done late, or never, or before others saw it', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1]);
  const reader = rig.connect(2);
  reader.ask(exists('/a'), [3, 4], gone);
  assert.equal(rig.check(), 'ordered');
  reader.ask(exists('/a'), [5, 6], there);
  assert.equal(rig.check(), 'ordered');
  reader.ask(exists('/a'), [7, 8], gone);
  assert.equal(rig.check(), 'impossible');
});

test('order: a write without an answer, done twice → impossible', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  one.ask(create('/a'), [1, 2], made('/a'));
  one.ask(setData('/a'), [3]);
  const other = rig.connect(2);
  other.ask(exists('/a'), [5, 6], version(1));
  assert.equal(rig.check(), 'ordered');
  other.ask(exists('/a'), [7, 8], version(2));
  assert.equal(rig.check(), 'impossible');
});

test('order: of two writes without an answer only the second was done → impossible', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  one.ask(create('/a'), [1]);
  one.ask(create('/b'), [2]);
  const other = rig.connect(2);
  other.ask(children('/'), [3, 4], named('b', 'zookeeper'));
  assert.equal(rig.check(), 'impossible');
});

test('order: undone in one life of the server, done in the next → impossible of one server', () => {
  const rig = new OrderRig();
  rig.connect(1, 1).ask(create('/a'), [1]);
  const reader = rig.connect(2, 2);
  Object.assign(reader.record.attempt, { at: 4 });
  reader.ask(exists('/a'), [5, 6], gone);
  assert.equal(rig.check(), 'ordered');
  reader.ask(exists('/a'), [7, 8], there);
  assert.equal(rig.check(), 'impossible');
  assert.equal(rig.check(SEVERAL_SERVERS), 'ordered');
});

test('order: done on the old connection behind a write of the new one → impossible', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1]);
  rig.connect(1).ask(create('/b'), [2, 3], made('/b'));
  const reader = rig.connect(2);
  reader.ask(children('/'), [4, 5], named('b', 'zookeeper'));
  assert.equal(rig.check(SEVERAL_SERVERS), 'ordered');
  reader.ask(children('/'), [6, 7], named('a', 'b', 'zookeeper'));
  assert.equal(rig.check(SEVERAL_SERVERS), 'impossible');
});

test('order: an ephemeral node goes → its session has ended, and asks for nothing any more', () => {
  const rig = new OrderRig();
  const owner = rig.connect(1);
  owner.ask(create('/a', 1), [1, 2], made('/a'));
  rig.connect(2).ask(exists('/a'), [3, 4], gone);
  assert.equal(rig.check(), 'ordered');
  owner.ask(create('/b', 1), [5, 6], made('/b'));
  assert.equal(rig.check(), 'impossible');
});

test('order: of two ephemeral nodes of a session only one goes → impossible', () => {
  const rig = new OrderRig();
  const owner = rig.connect(1);
  owner.ask(create('/a', 1), [1, 2], made('/a'));
  owner.ask(create('/b', 1), [3, 4], made('/b'));
  owner.ask({ kind: 'closeSession' }, [5, 6]);
  rig.connect(2).ask(children('/'), [7, 8], named('b', 'zookeeper'));
  assert.equal(rig.check(), 'impossible');
});

test('order: an empty container goes by itself, a plain node does not', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  one.ask(create('/box', 4), [1, 2], { body: { path: '/box', stat: statOf({}) } });
  one.ask(create('/box/a'), [3, 4], made('/box/a'));
  one.ask(remove('/box/a'), [5, 6]);
  const other = rig.connect(2);
  other.ask(exists('/box'), [7, 8], gone);
  assert.equal(rig.check(), 'ordered');
  one.ask(create('/plain'), [9, 10], made('/plain'));
  other.ask(exists('/plain'), [11, 12], gone);
  assert.equal(rig.check(), 'impossible');
});

test('order: a sequential name is given twice → impossible', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  one.ask(create('/s', 2), [1, 2], made('/s0000000001'));
  assert.equal(rig.check(), 'impossible');
  const good = new OrderRig();
  good.connect(1).ask(create('/s', 2), [1, 2], made('/s0000000000'));
  good.connect(2).ask(remove('/s0000000000'), [3, 4]);
  good.connect(2).ask(create('/s', 2), [5, 6], made('/s0000000001'));
  assert.equal(good.check(), 'ordered');
  good.connect(3).ask(create('/s', 2), [7, 8], made('/s0000000001'));
  assert.equal(good.check(), 'impossible');
});

test('order: a failed multi has left a count behind → impossible', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  const parts = [create('/a'), { kind: 'check' as const, path: '/none', version: -1 }];
  const failed = [
    { type: -1, err: OK, count: OK },
    { type: -1, err: NO_NODE, count: NO_NODE },
  ];
  one.ask({ kind: 'multi', parts }, [1, 2], { body: { parts: failed } });
  one.ask(create('/s', 2), [3, 4], made('/s0000000001'));
  assert.equal(rig.check(), 'impossible');
});

test('order: other data than was written → impossible', () => {
  const rig = new OrderRig();
  const one = rig.connect(1);
  one.ask(create('/a'), [1, 2], made('/a'));
  const read = { kind: 'getData' as const, path: '/a', watch: false };
  one.ask(read, [3, 4], { body: { data: data(7), stat: statOf({}) } });
  assert.equal(rig.check(), 'impossible');
});

test('order: more steps than are allowed → undecided, and not silently good', () => {
  const rig = new OrderRig();
  rig.connect(1).ask(create('/a'), [1, 9], { err: NODE_EXISTS });
  rig.connect(2).ask(create('/a'), [2, 8], made('/a'));
  assert.equal(rig.check({ stepsMax: 0 }), 'undecided');
});

test('order: two writes without an answer, both of a life that has ended → in either order', () => {
  const rig = new OrderRig();
  rig.connect(1, 1).ask(create('/a/b'), [1]);
  rig.connect(2, 1).ask(create('/a'), [2]);
  const reader = rig.connect(3, 2);
  Object.assign(reader.record.attempt, { at: 4 });
  reader.ask(exists('/none'), [5, 6], gone);
  reader.ask(children('/a'), [7, 8], named('b'));
  assert.equal(rig.check(), 'ordered');
});

test('order: a node goes with its session, and a write without an answer makes it anew', () => {
  const rig = new OrderRig();
  rig.connect(1, 1).ask(create('/e', 1), [1, 2], made('/e'));
  rig.connect(2, 1).ask(create('/e'), [3]);
  const reader = rig.connect(3, 2);
  Object.assign(reader.record.attempt, { at: 5 });
  reader.ask(exists('/none'), [6, 7], gone);
  reader.ask(exists('/e'), [8, 9], there);
  assert.equal(rig.check(), 'ordered');
});
