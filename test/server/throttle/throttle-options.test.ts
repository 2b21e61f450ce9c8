import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readServerConfig } from '../../../src/server/config/read-server-config.ts';
import {
  connectionLimitOptions,
  connectionThrottleOptions,
} from '../../../src/server/throttle/throttle-options.ts';

function configOf(...lines: string[]) {
  const text = ['dataDir=/tmp/d', 'clientPort=2181', ...lines].join('\n');
  const readFile = (path: string) => {
    if (path.endsWith('zoo.cfg')) return Buffer.from(text);
    throw Object.assign(new Error(path), { code: 'ENOENT' });
  };
  return readServerConfig({ args: ['zoo.cfg'], env: {}, readFile }).config;
}

test('throttle options: nothing configured → 60 connections from an address, no throttle', () => {
  const config = configOf();
  assert.deepEqual(connectionLimitOptions(config), { maxCnxns: 0, maxClientCnxns: 60 });
  const { tokens, freezeTimeMs, weights } = connectionThrottleOptions(config);
  assert.deepEqual(
    { tokens, freezeTimeMs, weights },
    { tokens: 0, freezeTimeMs: -1, weights: null },
  );
});

test('throttle options: keys of zoo.cfg → their fields', () => {
  const config = configOf(
    'maxCnxns=7',
    'maxClientCnxns=3',
    'connection_throttle_tokens=5',
    'connection_throttle_fill_time=11',
    'connection_throttle_fill_count=2',
    'connection_throttle_freeze_time=9',
    'connection_throttle_weight_enabled=true',
  );
  assert.deepEqual(connectionLimitOptions(config), { maxCnxns: 7, maxClientCnxns: 3 });
  assert.deepEqual(connectionThrottleOptions(config), {
    tokens: 5,
    fillTimeMs: 11,
    fillCount: 2,
    freezeTimeMs: 9,
    dropIncrease: 0.02,
    dropDecrease: 0.002,
    decreaseRatio: 0,
    weights: { global: 3, renew: 2, local: 1 },
  });
});
