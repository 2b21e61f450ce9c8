/** The locks example: who takes part, what is shown, and what must be true at the end. */
import { fileLines } from '../frame/file-lines.ts';
import type { PartProcess } from '../frame/part-process.ts';
import type { Play, PlayExample, Stage } from '../frame/stage.ts';
import { checkEntries, type Entry, ledgerFile } from './ledger-access.ts';

export interface LocksOptions {
  readonly tellers: number;
  readonly auditors: number;
  /** The first teller dozes off in every turn of this number. */
  readonly dozeEvery: number;
}

export interface LocksPlay extends Play {
  readonly tellers: readonly PartProcess[];
  /** How many entries were refused to somebody who was late. */
  readonly refusals: number;
  entries(): Entry[];
}

const programOf = (name: string): URL => new URL(`${name}.ts`, import.meta.url);

export function playLocks(stage: Stage, options: LocksOptions): LocksPlay {
  const { folder } = stage;
  let refusals = 0;
  let waking: Promise<void> = Promise.resolve();
  const ledger = stage.run('ledger', { program: programOf('ledger'), words: [folder] });
  const tellers = Array.from({ length: options.tellers }, (_, at): PartProcess => {
    const name = `teller-${at + 1}`;
    const teller: PartProcess = stage.run(name, {
      program: programOf('teller'),
      words: [folder, name, String(at === 0 ? options.dozeEvery : 0)],
      onReport: ({ event }) => {
        if (event === 'dozing') {
          waking = wakeAfterOthers(stage, teller);
          waking.catch(() => {}); // The check says it.
        }
        if (event === 'fenced') refusals++;
      },
    });
    return teller;
  });
  for (let at = 1; at <= options.auditors; at++) {
    const name = `auditor-${at}`;
    stage.run(name, { program: programOf('auditor'), words: [folder, name] });
  }
  const entries = () => readEntries(folder);
  return {
    tellers,
    entries,
    get refusals() {
      return refusals;
    },
    lines: () => [`the ledger: ${ledger.count} entries, ${refusals} refused for being late`],
    check: async () => {
      await waking;
      const all = entries();
      checkEntries(all);
      return `each of the ${all.length} entries of the ledger follows from the one before it.`;
    },
  };
}

/** It has stopped itself, with the lock; its session ends, others go on; then it wakes up. */
async function wakeAfterOthers(stage: Stage, teller: PartProcess): Promise<void> {
  teller.onPaused();
  const before = readEntries(stage.folder).length;
  await stage.until('others have the lock', () => {
    return teller.state !== 'paused' || readEntries(stage.folder).length > before;
  });
  if (teller.state === 'paused') stage.note(`${teller.name} wakes up; others have had the lock.`);
  teller.resume();
}

function readEntries(folder: string): Entry[] {
  return fileLines(ledgerFile(folder)).flatMap((line) => {
    if (!line.startsWith('{"entry"')) return [];
    return [(JSON.parse(line) as { entry: Entry }).entry];
  });
}

export const playExample: PlayExample = async (stage) => {
  const { lines, check } = playLocks(stage, { tellers: 4, auditors: 3, dozeEvery: 40 });
  const contention = stage.run('contention', { program: programOf('contention') });
  return { lines: () => [...lines(), ...contention.lines], check };
};
