// Two voters and the file by which somebody says who of them may go on alone: it is changed while
// servers run, and each time the one that may goes on with all that was acknowledged.

import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Mix, onlyForJava, tellStory } from './mixes.ts';
import { RecordingLoad } from './recording-load.ts';
import type { TestEnsemble } from './test-ensemble.ts';

/** The last leads first. */
const ensembles: readonly Mix[] = [
  ...onlyForJava<Mix>(['java-3.9', 'java-3.9']),
  ['java-3.9', 'zooid'],
  ['zooid', 'java-3.8'],
  ['zooid', 'zooid'],
];

const oracleOf = (folder: string, id: number): string => path.join(folder, `oracle.${id}`);

/** In one step, as a server may read it at any time. */
const say = ({ folder }: TestEnsemble, id: number, text: string): void => {
  const file = oracleOf(folder, id);
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
};

const untilNobodyServes = (ensemble: TestEnsemble): Promise<boolean> =>
  ensemble.until('end of serving', async () => {
    const modes = await ensemble.modes();
    return modes.every((mode) => mode === undefined) ? true : undefined;
  });

for (const kinds of ensembles) {
  const title = 'each dies in turn, and the file says who goes on → no acknowledged write is lost';
  const configOf = (id: number, folder: string) => ({ oraclePath: oracleOf(folder, id) });
  tellStory({ title, kinds, configOf }, async (ensemble, t) => {
    for (const id of [1, 2]) say(ensemble, id, '0');
    await ensemble.start();
    assert.equal((await ensemble.untilLeader()).id, 2);
    const load = await RecordingLoad.start(ensemble);
    try {
      await load.progress(50);
      await ensemble.member(1).kill();
      await untilNobodyServes(ensemble);
      say(ensemble, 2, '1');
      await load.progress(50);
      assert.equal(await ensemble.member(2).mode(), 'leader');
      say(ensemble, 2, '0');
      await untilNobodyServes(ensemble);
      say(ensemble, 2, '1');
      await load.progress(50);
      await ensemble.startRest();
      assert.equal(await ensemble.member(1).mode(), 'follower');
      await load.progress(50);
      // First the one that is to stop, then the one that is to go on.
      say(ensemble, 2, '0');
      await ensemble.member(2).kill();
      say(ensemble, 1, '1');
      await load.progress(50);
      assert.equal(await ensemble.member(1).mode(), 'leader');
      await ensemble.startRest();
      assert.equal(await ensemble.member(2).mode(), 'follower');
      await load.progress(50);
      t.diagnostic(JSON.stringify(await load.finish()));
    } finally {
      load.destroy();
    }
  });
}
