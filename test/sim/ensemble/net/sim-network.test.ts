import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NetRig } from './net-rig.ts';

test('sim-network: a partition → closed between the groups, open within and over a bridge', () => {
  const { network } = new NetRig();
  network.partition([
    [1, 2],
    [2, 3],
  ]);
  assert.equal(network.isOpenBothWays(1, 2), true);
  assert.equal(network.isOpenBothWays(2, 3), true);
  assert.equal(network.isOpen(1, 3), false);
  assert.equal(network.isOpen(3, 1), false);
  network.heal();
  assert.equal(network.isWhole, true);
});

test('sim-network: one direction is closed → the other is not', () => {
  const { network } = new NetRig();
  network.close(1, 2);
  assert.equal(network.isOpen(1, 2), false);
  assert.equal(network.isOpen(2, 1), true);
  assert.equal(network.isOpenBothWays(1, 2), false);
});

test('sim-network: a clogged direction → slower for a while', () => {
  const { network, clock } = new NetRig();
  const slowest = () => Math.max(...Array.from({ length: 50 }, () => network.delayUs(1, 2)));
  assert.ok(slowest() <= 500);
  network.clog(1, 2, 1_000_000);
  assert.ok(slowest() > 100_000);
  clock.moveTo(1_000_000);
  assert.ok(slowest() <= 500);
});

test('sim-network: whoever waits for the heal → is told once', () => {
  const { network } = new NetRig();
  let count = 0;
  network.whenHealed(() => count++);
  network.heal();
  network.heal();
  assert.equal(count, 1);
});
