/** An ensemble without faults, for tests of the simulator's parts. */
import assert from 'node:assert/strict';
import { Ensemble } from '../../../src/sim/ensemble/ensemble.ts';
import {
  type EnsembleConfig,
  ensembleConfig,
  withoutFaults,
} from '../../../src/sim/ensemble/ensemble-config.ts';
import type { EnsembleHooks } from '../../../src/sim/ensemble/ensemble-hooks.ts';
import type { SimPeer } from '../../../src/sim/ensemble/sim-peer.ts';
import { Trace } from '../../../src/sim/trace.ts';

const SECOND_US = 1_000_000;

/** Without what most ensembles do without. */
const PLAIN = {
  localSessionsEnabled: false,
  reconfigEnabled: false,
  zxidCounterEnd: 0xffffffff,
};

export function quietConfig(changes: Partial<EnsembleConfig> = {}): EnsembleConfig {
  const config = withoutFaults(ensembleConfig(1));
  const requests = { ...config.server.requests, ...PLAIN };
  const server = { ...config.server, requests };
  return {
    ...config,
    server,
    readOnlyModeEnabled: false,
    voters: [1, 2, 3],
    observers: [],
    spares: [],
    ...changes,
  };
}

export interface RigOptions {
  readonly config?: Partial<EnsembleConfig>;
  readonly hooks?: EnsembleHooks;
}

/** Nobody has booted yet. */
export function newEnsemble({ config = {}, hooks = {} }: RigOptions = {}): Ensemble {
  return new Ensemble({
    config: quietConfig(config),
    trace: new Trace(null),
    hooks,
    onPeerEnd: (peer) => peer.stop('kill'),
  });
}

/** All serve. */
export function startedEnsemble(options: RigOptions = {}): Ensemble {
  const ensemble = newEnsemble(options);
  for (const peer of ensemble.peers.values()) peer.boot();
  awaitServing(ensemble);
  return ensemble;
}

export function awaitServing(ensemble: Ensemble): void {
  awaitThat(ensemble, () => [...ensemble.peers.values()].every(({ mode }) => mode !== null));
}

export function awaitThat(ensemble: Ensemble, condition: () => boolean): void {
  assert.ok(ensemble.runUntil(condition, 60 * SECOND_US), 'it does not happen');
}

export function leaderOf({ leader }: Ensemble): SimPeer {
  assert.ok(leader);
  return leader;
}

export function followerOf(ensemble: Ensemble): SimPeer {
  const follower = [...ensemble.peers.values()].find(({ mode }) => mode === 'follower');
  assert.ok(follower);
  return follower;
}

/** A former leader, cut off from the others, looks for a leader with what nobody else has. */
export function withUncommitted(options: RigOptions = {}): { ensemble: Ensemble; old: SimPeer } {
  const ensemble = startedEnsemble(options);
  const old = leaderOf(ensemble);
  const client = ensemble.addClient(old);
  client.calm();
  awaitThat(ensemble, () => client.isSettled && (old.peer?.history.lastZxid ?? 0) > 0);
  const others = [...ensemble.peers.keys()].filter((sid) => sid !== old.sid);
  ensemble.network.partition([[old.sid], others]);
  for (const ask of ensemble.workload.probe()) client.ask(ask);
  awaitThat(ensemble, () => old.peer?.state === 'LOOKING');
  assert.ok(!ensemble.witness.isCommitted(old.lastZxid));
  return { ensemble, old };
}
