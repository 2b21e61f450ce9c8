/**
 * A command of the AdminServer: GET <commandURL>/<name>. Most are answered from what the four-letter
 * words are answered from.
 */
import type { ServingContext, WordContext } from '../../four-letter-words/word-context.ts';
import type { JsonObject } from '../java-json.ts';

/** By name, the first value of each. */
export type CommandParameters = ReadonlyMap<string, string>;

interface Named {
  /** The first is the one that is listed; the others are short forms, often the four-letter word. */
  readonly names: readonly [string, ...string[]];
}

/** Answered whatever the server does. */
export interface PlainCommand extends Named {
  readonly kind: 'plain';
  answer(context: WordContext, parameters: CommandParameters): JsonObject;
}

/** Answered while clients are served. */
export interface ServingCommand extends Named {
  readonly kind: 'serving';
  answer(context: ServingContext, parameters: CommandParameters): JsonObject;
}

/** For who may do everything with the node `/`, while clients are served. */
export interface PrivilegedCommand extends Named {
  readonly kind: 'privileged';
  readonly method: 'GET' | 'POST';
  answer(parameters: CommandParameters): Promise<PrivilegedAnswer>;
}

export interface PrivilegedAnswer {
  readonly status: 200 | 429 | 500 | 503;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent instead of the fields. */
  readonly body?: ReadableStream<Uint8Array>;
  /** Compat: Java says nothing but its status. */
  readonly error?: string;
}

export type AdminCommand = PlainCommand | ServingCommand | PrivilegedCommand;

export const plain = (names: Named['names'], answer: PlainCommand['answer']): PlainCommand => ({
  kind: 'plain',
  names,
  answer,
});

export const serving = (
  names: Named['names'],
  answer: ServingCommand['answer'],
): ServingCommand => ({ kind: 'serving', names, answer });
