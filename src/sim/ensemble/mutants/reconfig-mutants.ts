/** Configurations that count too early, too late or too long. */
import { AckTable } from '../../../core/zab/ack-table.ts';
import { EnsembleConfigs } from '../../../core/zab/members/ensemble-configs.ts';
import type { QuorumVerifier } from '../../../core/zab/members/quorum-verifier.ts';
import type { EnsembleMutant } from './ensemble-mutant.ts';

type Verifiers = readonly QuorumVerifier[];

/** From a reconfiguration on these are asked. Returns what undoes that. */
function changeSpans(change: (verifiers: Verifiers, table: AckTable) => Verifiers): () => void {
  const { prototype } = AckTable;
  const { beginSpan } = prototype;
  prototype.beginSpan = function (from, verifiers) {
    beginSpan.call(this, from, change(verifiers, this));
  };
  return () => {
    prototype.beginSpan = beginSpan;
  };
}

export const reconfigMutants: readonly EnsembleMutant[] = [
  {
    name: 'reconfig-by-new-only',
    text: 'While the configuration changes a quorum of the new one is enough.',
    like: 'P16, P20',
    seeds: 200,
    hooks: () => ({ restore: changeSpans((verifiers) => verifiers.slice(-1)) }),
  },
  {
    name: 'reconfig-by-old-only',
    text: 'While the configuration changes a quorum of the former one is enough.',
    like: 'P16, P20',
    seeds: 200,
    hooks: () => ({ restore: changeSpans((verifiers) => verifiers.slice(0, 1)) }),
  },
  {
    name: 'removed-counts-on',
    text: 'After a reconfiguration the leader still counts by the former configuration.',
    like: 'P16',
    seeds: 200,
    hooks: () => {
      const former = new WeakMap<AckTable, Verifiers>();
      return {
        restore: changeSpans((verifiers, table) => {
          if (verifiers.length > 1) former.set(table, verifiers.slice(0, 1));
          return verifiers.length > 1 ? verifiers : (former.get(table) ?? verifiers);
        }),
      };
    },
  },
  {
    name: 'config-counts-when-proposed',
    text: 'A configuration counts as soon as it is proposed.',
    like: 'P16, P20; 2172, 2778',
    seeds: 200,
    hooks: () => {
      const { prototype } = EnsembleConfigs;
      const { see } = prototype;
      prototype.see = function (config) {
        const isNew = see.call(this, config);
        if (isNew) this.activate(config);
        return isNew;
      };
      return {
        restore() {
          prototype.see = see;
        },
      };
    },
  },
  {
    name: 'pending-config-ignored',
    text: 'Elections and epochs need no quorum of a configuration that is pending.',
    like: 'P16, P20',
    seeds: 600,
    hooks: () => {
      const { prototype } = EnsembleConfigs;
      const { haveQuorums } = prototype;
      prototype.haveQuorums = function (acks) {
        return this.current.containsQuorum(acks);
      };
      return {
        restore() {
          prototype.haveQuorums = haveQuorums;
        },
      };
    },
  },
];
