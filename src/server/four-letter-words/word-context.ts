/** What the four-letter words are answered from. */
import type { ClientConnection } from '../../core/requests/client-connection.ts';
import type { StandaloneServer } from '../../core/standalone-server.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { ProcessFigures } from './process-figures.ts';

/** What the limits of the client port count. */
export interface LoadFigures {
  /** Between 0 and 1. */
  readonly connectionDropProbability: number;
  readonly sessionlessConnectionsExpired: number;
}

export interface WordContext {
  readonly config: ServerConfig;
  readonly server: StandaloneServer;
  readonly figures: ProcessFigures;
  readonly load: LoadFigures;
  /** Set by `stmk`, shown by `gtmk`; nothing else looks at it. */
  traceMask: bigint;
}

export interface WordRequest {
  /** The word and what came behind it. */
  readonly bytes: Uint8Array;
  /** Who asked; null when nobody knows. */
  readonly connection: ClientConnection | null;
}

export interface FourLetterWord {
  /** Answers also while the server does not serve. */
  readonly isAlwaysAnswered: boolean;
  /** Bytes without which there is no answer. */
  readonly bytesNeeded: number;
  answer(context: WordContext, request: WordRequest): string;
}

type Answer = FourLetterWord['answer'];

export const word = (answer: Answer): FourLetterWord => ({
  isAlwaysAnswered: false,
  bytesNeeded: 4,
  answer,
});

export const plainWord = (answer: Answer, bytesNeeded = 4): FourLetterWord => ({
  isAlwaysAnswered: true,
  bytesNeeded,
  answer,
});

/** Every line ended, as Java's println does. */
export function lines(...texts: readonly string[]): string {
  return joinLines(texts);
}

/** The same of any number: a hundred thousand arguments overflow the stack. */
export function joinLines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
