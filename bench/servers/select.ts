// From the names on the command line to the servers that can take part here.

import type { BenchOptions } from '../options.ts';
import type { Contestant, ContestantOrReason } from './contestant.ts';
import { echoContestant } from './echo.ts';
import { javaContestant } from './java.ts';
import { zooidContestant, zooidMetricsContestant } from './zooid.ts';

const find = async (name: string, options: BenchOptions): Promise<ContestantOrReason> => {
  switch (name) {
    case 'java-3.8':
      return javaContestant('3.8');
    case 'java-3.9':
      return javaContestant('3.9');
    case 'zooid':
      return zooidContestant(options.node);
    case 'zooid-metrics':
      return zooidMetricsContestant(options.node);
    case 'echo':
      return echoContestant(options.node);
    default:
      throw new Error(
        `No server is called ${name}: java-3.8, java-3.9, zooid, zooid-metrics, echo.`,
      );
  }
};

/** Those that cannot take part are named loudly and left out. */
export const selectContestants = async (options: BenchOptions): Promise<Contestant[]> => {
  const chosen: Contestant[] = [];
  for (const name of options.servers) {
    const found = await find(name, options);
    if ('reason' in found) console.log(`NOT MEASURED: ${found.name}: ${found.reason}`);
    else chosen.push(found);
  }
  return chosen;
};
