/**
 * npm run example: plays one of the examples until Ctrl-C, then looks whether the outcome is right.
 *
 *   npm run example -- locks
 *   npm run example -- locks --chaos --seconds 20
 */
import { existsSync, readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startChaos } from './chaos.ts';
import { MissingPackagesError } from './debian-packages.ts';
import { type PlayExample, Stage } from './stage.ts';
import { View } from './view.ts';

const EXAMPLES = new URL('../', import.meta.url);

interface Command {
  readonly name: string;
  readonly isChaotic: boolean;
  readonly seconds: number;
}

function programOf(name: string): URL {
  return new URL(`${name}/example.ts`, EXAMPLES);
}

function exampleNames(): string[] {
  return readdirSync(EXAMPLES).filter((name) => existsSync(programOf(name)));
}

/** Throws with how it is used. */
function parseCommand(): Command {
  const usage = `npm run example -- ${exampleNames().join('|')} [--chaos] [--seconds N]`;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { chaos: { type: 'boolean' }, seconds: { type: 'string' } },
    });
    const [name = ''] = positionals;
    const seconds = Number(values.seconds ?? Infinity);
    if (!exampleNames().includes(name) || positionals.length > 1) throw new Error('Which example?');
    if (!(seconds > 0)) throw new Error(`--seconds ${values.seconds} is not a time.`);
    return { name, isChaotic: values.chaos === true, seconds };
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}

/** Ctrl-C, or the time is over. */
function untilAsked(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => resolve());
    if (Number.isFinite(seconds)) setTimeout(resolve, seconds * 1000).unref();
  });
}

async function play({ name, isChaotic, seconds }: Command): Promise<void> {
  const asked = untilAsked(seconds);
  const view = new View({ title: `zooid: ${name}`, output: process.stdout });
  view.note('Starting three servers …');
  await using stage = await Stage.open({ onNote: (text) => view.note(text) });
  const { playExample } = (await import(programOf(name).href)) as { playExample: PlayExample };
  const running = await playExample(stage);
  view.start(stage, running);
  const stopChaos = isChaotic ? startChaos(stage) : async () => {};
  await asked;
  view.stop();
  view.note('Ending …');
  await stopChaos();
  await stage.stopParts();
  for (const line of running.lines()) view.note(line);
  view.note(`Checked: ${await running.check()}`);
}

let command: Command | undefined;
try {
  command = parseCommand();
  await play(command);
} catch (error) {
  const isForUser = command === undefined || error instanceof MissingPackagesError;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${isForUser ? message : stack}\n`);
  process.exitCode = command === undefined ? 2 : 1;
}
