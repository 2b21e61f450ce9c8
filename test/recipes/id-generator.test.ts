import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatId, parseIdFormat, periodOf } from '../../src/recipes/id-format.ts';
import { IdGenerator } from '../../src/recipes/index.ts';
import { endSession } from '../client/end-session.ts';
import { recipeTest } from './recipe-test.ts';

const at = new Date(Date.UTC(2026, 0, 31, 7, 5));

test('id format: text, dates and a sequence → an id of fixed length', () => {
  const format = parseIdFormat('A{date:yyMM}-{date:ddHHmm}-{sequence:4}Z');
  assert.equal(formatId(format, at, 42), 'A2601-310705-0042Z');
  assert.equal(periodOf(format, at), '2601310705');
  assert.equal(periodOf(parseIdFormat('{sequence:1}'), at), '');
});

test('id format: what cannot be → BadArguments', () => {
  const bad = ['', 'x', '{sequence:0}', '{sequence:16}', '{sequence}', '{sequence:2}{sequence:3}'];
  bad.push(
    '{date:}{sequence:2}',
    '{date:YYYY}{sequence:2}',
    '{when:2}{sequence:2}',
    '}{sequence:2}',
  );
  bad.push('{sequence:2', '{{sequence:2}}', 7 as never);
  for (const format of bad) {
    assert.throws(() => parseIdFormat(format), { code: 'BadArguments' }, format);
  }
});

recipeTest(
  'id generator: many ask in blocks of several sizes → no id twice, each grows',
  async (context) => {
    const clients = await context.connectAll(4);
    const work = clients.map(async (zk, index) => {
      const ids = new IdGenerator(zk, context.path, {
        format: 'ORD-{sequence:8}',
        blockSize: 1 + index * 7,
      });
      return Promise.all(Array.from({ length: 20 }, () => ids.next()));
    });
    const all = await Promise.all(work);
    for (const own of all) {
      assert.deepEqual(own, own.toSorted());
      for (const id of own) assert.match(id, /^ORD-\d{8}$/);
    }
    assert.equal(new Set(all.flat()).size, 80);
  },
);

recipeTest(
  'id generator: another day → the sequence begins anew; the old one can be forgotten',
  async (context) => {
    const zk = await context.connect();
    let now = at;
    const format = '{date:yyyyMMdd}{sequence:3}';
    const ids = new IdGenerator(zk, context.path, { format, blockSize: 10, now: () => now });
    assert.equal(await ids.next(), '20260131001');
    assert.equal(await ids.next(), '20260131002');
    now = new Date(Date.UTC(2026, 1, 1));
    assert.equal(await ids.next(), '20260201001');
    // The rest of the block of a period that is over is not used.
    now = at;
    assert.equal(await ids.next(), '20260131011');
    await ids.forget(new Date(Date.UTC(2026, 1, 1)));
    assert.deepEqual(await zk.getChildren(context.path), ['next-20260131']);
  },
);

recipeTest(
  'id generator: no digits left → Exhausted, and the last ones are given out',
  async (context) => {
    const zk = await context.connect();
    const options = { format: 'x{sequence:1}', first: 7, blockSize: 2 };
    const ids = new IdGenerator(zk, context.path, options);
    assert.deepEqual([await ids.next(), await ids.next(), await ids.next()], ['x7', 'x8', 'x9']);
    await assert.rejects(ids.next(), { code: 'Exhausted' });
    await assert.rejects(new IdGenerator(zk, context.path, options).next(), { code: 'Exhausted' });
  },
);

recipeTest(
  'id generator: the server restarts, the session expires → no id twice; SessionExpired',
  async (context) => {
    const [one, two] = await context.connectTwo();
    const first = new IdGenerator(one, context.path);
    const second = new IdGenerator(two, context.path, { blockSize: 3 });
    const work = [first, second].map(async (ids) => {
      const own: string[] = [];
      for (let n = 0; n < 15; n++) own.push(await ids.next());
      return own;
    });
    await context.server.restart();
    const all = (await Promise.all(work)).flat();
    assert.equal(new Set(all).size, 30);
    await endSession(one);
    await assert.rejects(first.next(), { code: 'SessionExpired' });
  },
);

recipeTest('id generator: bad arguments, strange data → BadArguments, Corrupt', async (context) => {
  const zk = await context.connect();
  assert.throws(() => new IdGenerator(zk, 'x'), { code: 'BadArguments' });
  const bad = [
    { format: 'x' },
    { blockSize: 0 },
    { first: -1 },
    { format: '{sequence:1}', first: 10 },
  ];
  for (const options of [...bad, { now: 7 as never }]) {
    assert.throws(() => new IdGenerator(zk, '/x', options), { code: 'BadArguments' });
  }
  await zk.create(`${context.path}/next`, 'one', { createParents: true });
  await assert.rejects(new IdGenerator(zk, context.path).next(), { code: 'Corrupt' });
});
