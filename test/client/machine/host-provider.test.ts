import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/base/prng.ts';
import { HostProvider } from '../../../src/client/machine/host-provider.ts';

const hosts = ['a', 'b', 'c'].map((host) => ({ host, port: 1 }));
const make = (seed = 1, isShuffled = false) =>
  new HostProvider({ hosts, isShuffled, baseMs: 100, maxMs: 350, prng: new Prng(seed) });
const names = (provider: HostProvider, count: number) =>
  Array.from({ length: count }, () => provider.next().host).join('');

test('host provider: not shuffled → round robin in the order given', () => {
  assert.equal(names(make(), 7), 'abcabca');
});

test('host provider: shuffled → one order for each seed, kept in every round', () => {
  const orders = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    const provider = make(seed, true);
    const first = names(provider, 3);
    assert.equal(names(provider, 3), first);
    assert.equal([...first].sort().join(''), 'abc');
    assert.equal(names(make(seed, true), 3), first);
    orders.add(first);
  }
  assert.equal(orders.size, 6);
});

test('host provider: failed attempts → no pause within a round, growing ones between', () => {
  const provider = make();
  const delays: number[] = [];
  for (let i = 0; i < 13; i++) {
    delays.push(provider.delayMs());
    provider.onFailed();
  }
  assert.deepEqual(
    delays.filter((_, i) => i % 3 !== 0),
    new Array(8).fill(0),
  );
  const pauses = delays.filter((_, i) => i % 3 === 0);
  [0, 100, 200, 350, 350].forEach((longest, i) => {
    const pause = pauses[i] as number;
    assert.ok(pause >= longest / 2 && pause <= longest, `${pause} of ${longest}`);
  });
});

test('host provider: loss of a connection that held → a random part of the base', () => {
  const provider = make();
  for (let i = 0; i < 30; i++) provider.onFailed();
  provider.onHeld();
  const delays = Array.from({ length: 50 }, () => provider.delayMs());
  assert.ok(delays.every((delay) => delay >= 0 && delay <= 100));
  assert.ok(new Set(delays).size > 10);
});

test('host provider: a preferred server → is next', () => {
  const provider = make();
  provider.prefer(hosts[2] as (typeof hosts)[2]);
  assert.equal(names(provider, 2), 'ca');
});
