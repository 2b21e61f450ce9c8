// The ensembles that each story is told with, and the frame of a story: the servers started, ended
// and their state shown when it fails. The voter with the highest id, the last in each list, is the
// first leader; the one before it is the likely next one.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { describeKinds, kindsAvailability, type MemberKind } from './member-kinds.ts';
import { type EnsembleOptions, TestEnsemble } from './test-ensemble.ts';

export type Mix = readonly MemberKind[];

/**
 * What is told to the judge's own ensemble: what passes there is what Java does. It says nothing of
 * this server and does not always pass: Java's servers lose transactions, rarely, when they die
 * under load (ZOOKEEPER-4646, 4685). So it is asked when a story is written or changed, with
 * ZOOID_JAVA_ALONE=1.
 */
export const onlyForJava = <T>(...told: T[]): T[] =>
  process.env['ZOOID_JAVA_ALONE'] === '1' ? told : [];

/** Java's own; two Java and one Zooid, one Java and two Zooid, three Zooid; either kind leads first. */
export const mixes: readonly Mix[] = [
  ...onlyForJava<Mix>(['java-3.8', 'java-3.9', 'java-3.8']),
  ['java-3.9', 'java-3.8', 'zooid'],
  ['zooid', 'zooid', 'java-3.8'],
  ['zooid', 'zooid', 'zooid'],
];

type Arrangement = 'kinds' | 'observers' | 'config' | 'hasObserverMasters' | 'configOf' | 'program';

export interface StoryOptions extends Pick<EnsembleOptions, Arrangement> {
  /** `situation → outcome`. */
  readonly title: string;
  /** Kinds that members become later. */
  readonly laterKinds?: readonly MemberKind[];
}

export type StoryBody = (ensemble: TestEnsemble, t: TestContext) => Promise<void>;

/** One test with an ensemble of its own, not started yet. */
export const tellStory = (options: StoryOptions, body: StoryBody): void => {
  const { kinds, observers = [], laterKinds = [], title } = options;
  const watching = observers.length === 0 ? '' : `, observing: ${describeKinds(observers)}`;
  test(`ensemble of ${describeKinds(kinds)}${watching}: ${title}`, async (t) => {
    const missing = await kindsAvailability([...kinds, ...observers, ...laterKinds]);
    if (!missing.available) return t.skip(missing.reason);
    const ensemble = await TestEnsemble.create(options);
    try {
      await body(ensemble, t);
      const crashed = ensemble.members.filter(({ hasCrashed }) => hasCrashed);
      assert.deepEqual(
        crashed.map((member) => member.describe()),
        [],
        'members that ended by themselves',
      );
    } catch (error) {
      t.diagnostic(`${ensemble.folder}: ${await ensemble.describe()}`);
      throw error;
    } finally {
      await ensemble.end();
    }
  });
};

/** The same story for every mix. */
export const tellStories = (title: string, body: StoryBody): void => {
  for (const kinds of mixes) tellStory({ title, kinds }, body);
};
