import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionLimits } from '../../../src/server/throttle/connection-limits.ts';

test('limits: one address at its limit → refused there, others go on', () => {
  const limits = new ConnectionLimits({ maxCnxns: 0, maxClientCnxns: 2 });
  assert.equal(limits.admit('10.0.0.1'), null);
  assert.equal(limits.admit('10.0.0.1'), null);
  assert.match(limits.admit('10.0.0.1') ?? '', /2 connections.*maxClientCnxns is 2/);
  assert.equal(limits.admit('10.0.0.2'), null);
  limits.leave('10.0.0.1');
  assert.equal(limits.admit('10.0.0.1'), null);
  assert.equal(limits.count, 3);
});

test('limits: all connections at their limit → refused from any address', () => {
  const limits = new ConnectionLimits({ maxCnxns: 2, maxClientCnxns: 0 });
  assert.equal(limits.admit('10.0.0.1'), null);
  assert.equal(limits.admit('10.0.0.2'), null);
  assert.match(limits.admit('10.0.0.3') ?? '', /maxCnxns is 2/);
  limits.leave('10.0.0.1');
  assert.equal(limits.admit('10.0.0.3'), null);
});

test('limits: 0 → no limit', () => {
  const limits = new ConnectionLimits({ maxCnxns: 0, maxClientCnxns: 0 });
  for (let at = 0; at < 1000; at++) assert.equal(limits.admit('10.0.0.1'), null);
  assert.equal(limits.count, 1000);
});

test('limits: a refused connection that leaves → an error, as it was never counted', () => {
  const limits = new ConnectionLimits({ maxCnxns: 0, maxClientCnxns: 1 });
  assert.throws(() => limits.leave('10.0.0.1'), /10\.0\.0\.1/);
  assert.equal(limits.count, 0);
});
