/** Broken observer masters: what observers ask, and what they are told. */
import { ObserverMaster } from '../../../core/zab/observing/observer-master.ts';
import type { EnsembleMutant } from './ensemble-mutant.ts';

export const observingMutants: readonly EnsembleMutant[] = [
  {
    name: 'touches-of-observers-not-told',
    text: 'An observer master does not tell the leader which sessions its observers have heard of.',
    like: 'E4',
    seeds: 100,
    hooks: () => {
      const { prototype } = ObserverMaster;
      const { takeTouched } = prototype;
      prototype.takeTouched = () => [];
      return {
        restore() {
          prototype.takeTouched = takeTouched;
        },
      };
    },
  },
  {
    name: 'syncs-of-observers-unordered',
    text: 'An observer master forgets its own clients’ syncs: answers go to the wrong askers.',
    like: 'H9',
    seeds: 200,
    hooks: () => {
      const { prototype } = ObserverMaster;
      const { onOwnSync } = prototype;
      prototype.onOwnSync = () => {};
      return {
        restore() {
          prototype.onOwnSync = onOwnSync;
        },
      };
    },
  },
];
