/**
 * Verbs about watches.
 *
 *   addwatch a /x                    persistent; -r: recursive
 *   unwatch a /x type=3              removeWatches
 *   hasw a /x type=3                 checkWatches
 *   setwatches a zxid=4 data=/x,/y exist=/z child=/ persistent=/p recursive=/r
 */
import type { SetWatches2 } from '../../../src/protocol/records/watches.ts';
import { type VerbTable, wordAt } from '../verb.ts';

function watchesOf(options: ReadonlyMap<string, string>): SetWatches2 {
  const paths = (name: string) => options.get(name)?.split(',') ?? [];
  return {
    relativeZxid: Number(options.get('zxid') ?? 0),
    dataWatches: paths('data'),
    existWatches: paths('exist'),
    childWatches: paths('child'),
    persistentWatches: paths('persistent'),
    persistentRecursiveWatches: paths('recursive'),
  };
}

export const watchVerbs: VerbTable = {
  addwatch: ({ run, words, flags }) =>
    run.send(wordAt({ words }, 0), {
      kind: 'addWatch',
      path: wordAt({ words }, 1),
      mode: flags.has('r') ? 1 : 0,
    }),
  unwatch: ({ run, words, options }) =>
    run.send(wordAt({ words }, 0), {
      kind: 'removeWatches',
      path: wordAt({ words }, 1),
      type: Number(options.get('type') ?? 3),
    }),
  hasw: ({ run, words, options }) =>
    run.send(wordAt({ words }, 0), {
      kind: 'checkWatches',
      path: wordAt({ words }, 1),
      type: Number(options.get('type') ?? 3),
    }),
  setwatches: ({ run, words, options }) =>
    run.send(wordAt({ words }, 0), { kind: 'setWatches2', watches: watchesOf(options) }),
};
