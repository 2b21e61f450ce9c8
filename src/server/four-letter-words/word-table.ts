/** Every four-letter word of a standalone server. */
import { cons, crst } from './connection-words.ts';
import { dump } from './dump-word.ts';
import { envi } from './environment-word.ts';
import { mntr } from './monitor-word.ts';
import { conf, dirs, hash, isro, ruok, srst, srvr, stat } from './server-words.ts';
import { gtmk, stmk } from './trace-words.ts';
import { wchc, wchp, wchs } from './watch-words.ts';
import type { FourLetterWord } from './word-context.ts';

export const fourLetterWords: ReadonlyMap<string, FourLetterWord> = new Map([
  ['conf', conf],
  ['cons', cons],
  ['crst', crst],
  ['dirs', dirs],
  ['dump', dump],
  ['envi', envi],
  ['gtmk', gtmk],
  ['hash', hash],
  ['isro', isro],
  ['mntr', mntr],
  ['ruok', ruok],
  ['srst', srst],
  ['srvr', srvr],
  ['stat', stat],
  ['stmk', stmk],
  ['wchc', wchc],
  ['wchp', wchp],
  ['wchs', wchs],
]);
