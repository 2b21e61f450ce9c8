/** examples/naming, with shops and the server killed: no number twice in all their books. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage } from '../../examples/frame/stage.ts';
import { playShops } from '../../examples/naming/example.ts';
import { checkNumbers, readBook } from '../../examples/naming/order-numbers.ts';

test('naming example: shops and the server killed → they go on, no number comes twice', async () => {
  await using stage = await Stage.open({ ensemble: { mode: 'inProcess', size: 1 } });
  const play = playShops(stage, { shops: 4, blockSize: 20, everyMs: 2 });
  const [first, second, third] = play.shops;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const count = (name: string) => readBook(stage.folder, name).length;
  await stage.until('all give out numbers', () =>
    play.shops.every(({ name }) => count(name) >= 10),
  );
  await Promise.all([first.kill(), second.kill()]);
  const counts = new Map(play.shops.map(({ name }) => [name, count(name)]));
  await stage.until('all give out numbers again', () => {
    return play.shops.every(({ name }) => count(name) >= (counts.get(name) ?? 0) + 20);
  });
  const server = stage.ensemble.server(1);
  await server.kill();
  await third.kill();
  await server.restart();
  const before = count(third.name);
  await stage.until('they go on with the server', () => count(third.name) >= before + 50);
  await stage.stopParts();
  await play.check();
});

test('naming example: a number that comes twice, or is none → the check sees it', () => {
  checkNumbers(['ORD-20260131-000001', 'ORD-20260131-000002']);
  assert.throws(() => checkNumbers(['ORD-20260131-000001', 'ORD-20260131-000001']), /twice/);
  assert.throws(() => checkNumbers(['ORD-20260131-1']), /not the number/);
});
