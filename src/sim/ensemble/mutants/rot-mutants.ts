/** Damaged files that count as whole. */
import { readerThatStopsAtZeros, readerWithoutWatermark } from '../../mutants/blind-readers.ts';
import type { EnsembleMutant } from './ensemble-mutant.ts';

export const rotMutants: readonly EnsembleMutant[] = [
  {
    name: 'zeros-are-the-end',
    text: 'Recovery takes a zeroed page for the end of the log.',
    like: 'D4, D5; open in ZooKeeper',
    seeds: 100,
    hooks: () => ({ reader: readerThatStopsAtZeros }),
  },
  {
    name: 'rot-is-torn',
    text: 'Recovery takes damage at the end of the log for a torn write, whatever was synced.',
    like: 'D5; 596',
    seeds: 100,
    hooks: () => ({ reader: readerWithoutWatermark }),
  },
];
