/** The log collection example: who takes part, what is shown, and what must be true at the end. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartProcess } from '../frame/part-process.ts';
import type { Play, PlayExample, Stage } from '../frame/stage.ts';
import { readCollected } from './collected-log.ts';
import { COLLECTED, GROUP_NAMES } from './layout.ts';
import { Monitor } from './monitor.ts';
import { checkLines } from './source-log.ts';

export interface LogsOptions {
  readonly collectors: number;
  readonly sources: number;
  /** How often each writes a line. */
  readonly everyMs: number;
}

export interface LogsPlay extends Play {
  readonly collectors: readonly PartProcess[];
  readonly sources: readonly PartProcess[];
}

const programOf = (name: string): URL => new URL(`${name}.ts`, import.meta.url);

export async function playLogs(stage: Stage, options: LogsOptions): Promise<LogsPlay> {
  const { folder } = stage;
  const zk = await stage.connect();
  const monitor = new Monitor(zk);
  await monitor.start();
  const collectors = Array.from({ length: options.collectors }, (_, at) => {
    const name = `collector-${at + 1}`;
    return stage.run(name, { program: programOf('collector'), words: [folder, name] });
  });
  const sources = Array.from({ length: options.sources }, (_, at) => {
    const [name, group] = [`source-${at + 1}`, GROUP_NAMES[at % GROUP_NAMES.length] ?? ''];
    const given = [folder, name, group, String(options.everyMs)];
    return stage.run(name, { program: programOf('source'), words: given });
  });
  return {
    collectors,
    sources,
    lines: () => monitor.lines(),
    check: async () => {
      await zk.ensurePath(COLLECTED); // It may have ended before anything was collected.
      await zk.sync(COLLECTED);
      const names = await zk.getChildren(COLLECTED);
      const counts = names.map(async (source) => {
        const collected = (await readCollected(zk, { folder, source })).toString();
        const written = readFileSync(join(folder, `${source}.log`), 'utf8');
        if (!written.startsWith(collected))
          throw new Error(`${source} has written something else.`);
        return { source, lines: checkLines(source, collected), of: checkLines(source, written) };
      });
      const each = (await Promise.all(counts)).map(
        ({ source, lines, of }) => `${source} ${lines} of ${of}`,
      );
      return `each line is there once and in order: ${each.join(', ') || 'there is none yet'}.`;
    },
  };
}

export const playExample: PlayExample = (stage) =>
  playLogs(stage, { collectors: 3, sources: 8, everyMs: 50 });
