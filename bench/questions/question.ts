// One bench: a question about a server, asked of every contestant in turn.

import type { Measurements } from '../measure/measurements.ts';
import type { BenchOptions } from '../options.ts';
import type { Contestant } from '../servers/contestant.ts';

export interface Asked {
  readonly options: BenchOptions;
  readonly contestants: readonly Contestant[];
  readonly measurements: Measurements;
}

export type Question = (asked: Asked) => Promise<void>;
