/** A verb of the scenario language: what one line makes the server or a client do. */
import type { ScenarioServer } from './scenario-server.ts';

export interface VerbCall<Run = ScenarioServer> {
  readonly run: Run;
  /** The words after the verb that are neither a flag nor an option. */
  readonly words: readonly string[];
  /** `-w` is the flag `w`. */
  readonly flags: ReadonlySet<string>;
  /** `data=x` is the option `data`. */
  readonly options: ReadonlyMap<string, string>;
}

export type Verb<Run = ScenarioServer> = (call: VerbCall<Run>) => void;
export type VerbTable<Run = ScenarioServer> = Readonly<Record<string, Verb<Run>>>;

/** Whoever has clients by name. */
export type Asker = Pick<ScenarioServer, 'send'>;

export interface Line {
  readonly verb: string;
  readonly words: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly options: ReadonlyMap<string, string>;
}

export function parseLine(line: string): Line {
  const [verb = '', ...rest] = line.trim().split(/\s+/);
  const words: string[] = [];
  const flags = new Set<string>();
  const options = new Map<string, string>();
  for (const word of rest) {
    const option = /^([a-zA-Z]+)=(.*)$/.exec(word);
    if (option !== null) options.set(option[1] ?? '', option[2] ?? '');
    else if (/^-[a-z]+$/.test(word)) flags.add(word.slice(1));
    else words.push(word);
  }
  return { verb, words, flags, options };
}

export function wordAt({ words }: Pick<VerbCall, 'words'>, at: number): string {
  const word = words[at];
  if (word === undefined) throw new Error(`word ${at + 1} is missing`);
  return word;
}
