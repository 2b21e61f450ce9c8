/** The queues example: who takes part, what is shown, and what must be true at the end. */
import { text, type ZooKeeper } from 'zooid';
import type { Play, PlayExample, Stage } from '../frame/stage.ts';
import { ANSWERS, countPrimes } from './merge-rounds.ts';
import { ORDERS, orderJson, PRODUCED, readPaid } from './orders.ts';

export interface WorkQueueOptions {
  readonly producers: number;
  readonly consumers: number;
  /** Of each producer. */
  readonly orders: number;
  readonly everyMs: number;
  readonly workMs: number;
}

const programOf = (name: string): URL => new URL(`${name}.ts`, import.meta.url);

export function playWorkQueue(stage: Stage, options: WorkQueueOptions): Play {
  const { folder } = stage;
  const { orders, everyMs, workMs } = options;
  const till = stage.run('till', { program: programOf('till'), words: [folder] });
  for (let at = 1; at <= options.producers; at++) {
    const name = `producer-${at}`;
    const given = [name, String(orders), String(everyMs)];
    stage.run(name, { program: programOf('producer'), words: given });
  }
  for (let at = 1; at <= options.consumers; at++) {
    const given = [folder, String(workMs)];
    stage.run(`consumer-${at}`, { program: programOf('consumer'), words: given });
  }
  return {
    lines: () => [`work queue: ${till.count} orders have had their effect`],
    check: async () => checkOrders(await stage.connect(), folder),
  };
}

/** Each order that was put has had its effect once, or is still in the queue. */
async function checkOrders(zk: ZooKeeper, folder: string): Promise<string> {
  // It may have ended before anybody had begun.
  await Promise.all([`${ORDERS}/entries`, PRODUCED].map((path) => zk.ensurePath(path)));
  const paid = readPaid(folder).map(({ id }) => id);
  const queued = (await zk.getChildren(`${ORDERS}/entries`)).map(async (name) => {
    const { data } = await zk.getData(`${ORDERS}/entries/${name}`, { serializer: orderJson });
    return data.id;
  });
  const known = new Set([...paid, ...(await Promise.all(queued))]);
  const twice = paid.find((id, at) => paid.indexOf(id) !== at);
  if (twice !== undefined) throw new Error(`${twice} has had its effect twice.`);
  for (const producer of await zk.getChildren(PRODUCED)) {
    const { data } = await zk.getData(`${PRODUCED}/${producer}`, { serializer: text });
    for (let number = 1; number <= Number(data); number++) {
      if (!known.has(`${producer}-${number}`)) throw new Error(`${producer}-${number} is lost.`);
    }
  }
  return `${paid.length} orders have had their effect once, ${queued.length} are in the queue, none is lost.`;
}

export interface MergeOptions {
  readonly shares: number;
  readonly workMs: number;
}

export function playMerge(stage: Stage, { shares, workMs }: MergeOptions): Play {
  stage.run('merger', { program: programOf('merger'), words: [String(shares)] });
  for (let share = 0; share < shares; share++) {
    const given = [String(share), String(shares), String(workMs)];
    stage.run(`compute-${share + 1}`, { program: programOf('computation'), words: given });
  }
  return {
    lines: () => stage.part('merger').lines,
    check: async () => checkAnswers(await stage.connect(), shares),
  };
}

/** There is an answer to every round up to the last, and it is that of all shares. */
async function checkAnswers(zk: ZooKeeper, shares: number): Promise<string> {
  await zk.ensurePath(ANSWERS);
  const answers = await zk.getChildren(ANSWERS);
  for (let round = 1; round <= answers.length; round++) {
    const { data } = await zk.getData(`${ANSWERS}/${round}`, { serializer: text });
    const wanted = countPrimes(round, shares);
    if (Number(data) !== wanted) throw new Error(`Round ${round}: ${data} primes, not ${wanted}.`);
  }
  return `each of ${answers.length} rounds was merged from all of its ${shares} results.`;
}

export const playExample: PlayExample = async (stage) => {
  const work = { producers: 2, consumers: 3, orders: Infinity, everyMs: 150, workMs: 150 };
  const plays = [playWorkQueue(stage, work), playMerge(stage, { shares: 4, workMs: 800 })];
  return {
    lines: () => plays.flatMap((play) => play.lines()),
    check: async () => (await Promise.all(plays.map((play) => play.check()))).join(' And '),
  };
};
