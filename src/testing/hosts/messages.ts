/** What a test and its server process say to each other. */
import type { LogFacts, RunningServer, ServerPorts, ServingChange } from '../../server/index.ts';
import type { HostOptions } from './server-host.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

export type StartFacts = Pick<
  HostOptions,
  'configFile' | 'temporaryFolder' | 'systemProperties' | 'isDiskFull'
> & {
  /** Nothing below is told; null when nothing is. */
  readonly logLevel: LogLevel | null;
};

/** What can be asked of a server, and what the answer is. */
export interface Questions {
  stop: { readonly value: null; readonly answer: null };
  expireSession: { readonly value: bigint; readonly answer: boolean };
  applied: { readonly value: null; readonly answer: RunningServer['applied'] };
  waitUntilApplied: { readonly value: number; readonly answer: null };
  fillDisk: { readonly value: boolean; readonly answer: null };
}

export type Question = {
  [K in keyof Questions]: {
    readonly kind: K;
    readonly id: number;
    readonly value: Questions[K]['value'];
  };
}[keyof Questions];

export type ToServer = { readonly kind: 'start'; readonly facts: StartFacts } | Question;

export type FromServer =
  | { readonly kind: 'started'; readonly ports: ServerPorts }
  | { readonly kind: 'refused'; readonly name: string; readonly message: string }
  | { readonly kind: 'serving'; readonly change: ServingChange }
  | { readonly kind: 'failed'; readonly reason: string }
  | {
      readonly kind: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly facts: LogFacts | undefined;
    }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'problem'; readonly id: number; readonly message: string };
