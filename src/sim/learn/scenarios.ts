/** All scenarios, in the order in which docs/learn tells them. */
import type { LearnScenario } from './learn-scenario.ts';
import { broadcast } from './scenarios/broadcast.ts';
import { electionCrash } from './scenarios/election-crash.ts';
import { electionStart } from './scenarios/election-start.ts';

export const scenarios: readonly LearnScenario[] = [electionStart, electionCrash, broadcast];
