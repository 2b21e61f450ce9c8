// kazoo's own tests that need a server, against Zooid: each that passes against Debian's Java
// server, one server and no ensemble, must pass here. `KAZOO_TARGET=java` runs the same list
// against Java, which is how the list of exceptions below was made.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type KazooResult,
  type KazooTarget,
  kazooPackages,
  runKazooModule,
} from './clients/kazoo-suite.ts';
import { ensureDebianPackages } from './packages.ts';
import { zooidServerAvailability } from './zooid-server.ts';

/** Longest first, so that the four lanes end together. */
const modules: readonly string[] = [
  'test_client',
  'test_partitioner',
  'test_watchers',
  'test_lock',
  'test_cache',
  'test_queue',
  'test_connection',
  'test_lease',
  'test_election',
  'test_party',
  'test_counter',
  'test_barrier',
  'test_interrupt',
];

/** Tests that Java fails, too, when it runs alone: they ask for an ensemble of three. */
const needEnsemble: Record<string, readonly string[]> = {
  test_client: [
    'TestClient::test_request_queuing_session_expired',
    'TestClient::test_update_host_list',
    'TestReconfig::test_add_remove_observer',
    'TestReconfig::test_bad_input',
    'TestReconfig::test_no_super_auth',
  ],
  test_connection: ['TestReadOnlyMode::test_read_only'],
};

const LANES = 4;
const target: KazooTarget = process.env['KAZOO_TARGET'] === 'java' ? 'java' : 'zooid';
const packages = await ensureDebianPackages(kazooPackages);
const server = target === 'java' ? packages : zooidServerAvailability();

const startAll = (): Map<string, Promise<KazooResult>> => {
  const waiting: (() => void)[] = [];
  let busy = 0;
  const enter = (): Promise<void> =>
    new Promise((resolve) => {
      const begin = (): void => {
        busy += 1;
        resolve();
      };
      if (busy < LANES) begin();
      else waiting.push(begin);
    });
  const runInLane = async (module: string): Promise<KazooResult> => {
    await enter();
    try {
      return await runKazooModule(module, target, needEnsemble[module] ?? []);
    } finally {
      busy -= 1;
      waiting.shift()?.();
    }
  };
  return new Map(modules.map((module) => [module, runInLane(module)]));
};

let results: Map<string, Promise<KazooResult>> | undefined;

for (const module of modules) {
  test(`kazoo: ${module} → passes as against Java`, async (t) => {
    if (!packages.available) return t.skip(packages.reason);
    if (!server.available) return t.skip(server.reason);
    results ??= startAll();
    const result = await results.get(module);
    assert.ok(result !== undefined);
    assert.deepEqual(result.failed, [], result.output.slice(-4_000));
    assert.ok(result.passed.length > 0, result.output);
  });
}
