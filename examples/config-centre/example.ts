/** The configuration centre: who takes part, what is shown, and what must be true at the end. */
import { setTimeout as pause } from 'node:timers/promises';
import type { PartProcess } from '../frame/part-process.ts';
import type { Play, PlayExample, Stage } from '../frame/stage.ts';
import { checkTaken, openCentre, readBook, type Settings } from './centre.ts';

export interface CentreOptions {
  readonly processes: number;
  /** In each of the processes. */
  readonly hosts: number;
  /** How long the publisher waits before the next settings. */
  readonly everyMs: number;
}

export interface CentrePlay extends Play {
  /** How often the publisher has reported this. */
  count(event: string): number;
  /** The version that each host has, by its name. */
  held(): Map<string, number>;
}

const programOf = (name: string): URL => new URL(`${name}.ts`, import.meta.url);

export function playCentre(stage: Stage, options: CentreOptions): CentrePlay {
  const { folder } = stage;
  const events: string[] = [];
  const publisher = stage.run('publisher', {
    program: programOf('publisher'),
    words: [String(options.everyMs)],
    onReport: ({ event = '' }) => events.push(event),
  });
  const processes = Array.from({ length: options.processes }, (_, at) => `hosts-${at + 1}`);
  for (const name of processes) {
    const given = [folder, name, String(options.hosts)];
    stage.run(name, { program: programOf('hosts'), words: given });
  }
  const taken = () => processes.flatMap((name) => readBook(folder, name));
  const held = () => new Map(taken().map(({ host, version }) => [host, version]));
  return {
    held,
    count: (event) => events.filter((each) => each === event).length,
    lines: () => publisher.lines,
    check: async () => {
      const published = await readPublished(stage);
      checkTaken(taken(), published);
      const last = Math.max(...published.keys());
      const versions = [...held().values()];
      const upToDate = versions.filter((version) => version === last).length;
      const rest = `${upToDate} of ${versions.length} hosts had the last one`;
      return `hosts had published and valid settings only, newer ones after older ones; ${rest}.`;
    },
  };
}

/** All versions of the settings that are kept. */
async function readPublished(stage: Stage): Promise<Map<number, Settings>> {
  const { settings } = openCentre(await stage.connect());
  const numbers = await settings.history();
  const found = await Promise.all(numbers.map((number) => settings.read(number)));
  return new Map(found.flatMap((each) => (each === null ? [] : [[each.version, each.value]])));
}

/** Longer than its session: whoever publishes does not wait for it, and it has to catch up. */
async function cutOffNowAndThen(stage: Stage, part: PartProcess): Promise<void> {
  for (;;) {
    await pause(5_000, undefined, { ref: false });
    if (part.state === 'ended') continue;
    const isBack = part.state === 'paused';
    if (isBack) part.resume();
    else part.pause();
    stage.note(`${part.name} is ${isBack ? 'back' : 'cut off'}.`);
  }
}

export const playExample: PlayExample = async (stage) => {
  const play = playCentre(stage, { processes: 4, hosts: 100, everyMs: 500 });
  void cutOffNowAndThen(stage, stage.part('hosts-4'));
  return play;
};
