/** The naming example: who takes part, what is shown, and what must be true at the end. */
import { text, type ZooKeeper } from 'zooid';
import type { PartProcess } from '../frame/part-process.ts';
import type { Play, PlayExample, Stage } from '../frame/stage.ts';
import { checkNumbers, ORDERS, readBook } from './order-numbers.ts';

export interface ShopsOptions {
  readonly shops: number;
  readonly blockSize: number;
  /** How often each gives out a number. */
  readonly everyMs: number;
}

export interface ShopsPlay extends Play {
  readonly shops: readonly PartProcess[];
  /** All that were ever given out. */
  numbers(): string[];
}

const programOf = (name: string): URL => new URL(`${name}.ts`, import.meta.url);

export function playShops(stage: Stage, { shops, blockSize, everyMs }: ShopsOptions): ShopsPlay {
  const { folder } = stage;
  const parts = Array.from({ length: shops }, (_, at) => {
    const name = `process-${at + 1}`;
    const given = [folder, name, String(blockSize), String(everyMs)];
    return stage.run(name, { program: programOf('shop'), words: given });
  });
  const numbers = () => parts.flatMap(({ name }) => readBook(folder, name));
  return {
    shops: parts,
    numbers,
    lines: () => {
      const given = parts.reduce((sum, { count }) => sum + count, 0);
      return [`${given} order numbers have been given out`];
    },
    check: async () => {
      const given = numbers();
      checkNumbers(given);
      const taken = await countTaken(await stage.connect());
      const rest = `${taken - given.length} more were in the blocks of shops that have ended`;
      return `${given.length} numbers, no two of them the same; ${rest}.`;
    },
  };
}

/** How many numbers the shops have taken from the tree, given out or not. */
async function countTaken(zk: ZooKeeper): Promise<number> {
  await zk.ensurePath(ORDERS); // It may have ended before anybody had begun.
  const periods = await zk.getChildren(ORDERS);
  const counts = periods.map(async (period) => {
    const { data } = await zk.getData(`${ORDERS}/${period}`, { serializer: text });
    return Number(data) - 1;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

export const playExample: PlayExample = async (stage) => {
  const { lines, check } = playShops(stage, { shops: 4, blockSize: 50, everyMs: 20 });
  const speed = stage.run('speed', { program: programOf('speed') });
  return { lines: () => [...lines(), ...speed.lines], check };
};
