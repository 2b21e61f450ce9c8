/** What the four-letter words are answered from. */
import type { ClientConnection } from '../../core/requests/client-connection.ts';
import type { RequestProcessor } from '../../core/requests/request-processor.ts';
import type { Summary } from '../../core/requests/stats/summary.ts';
import type { ClientServer } from '../client-server.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { ProcessFigures } from './process-figures.ts';

/** What the limits of the client port count. */
export interface LoadFigures {
  /** Between 0 and 1. */
  readonly connectionDropProbability: number;
  readonly sessionlessConnectionsExpired: number;
  /** Cut off because nobody is served. */
  readonly closedWithoutServer: number;
  /** Tokens that the connection throttle lacked, whenever a session was asked for. */
  readonly tokenDeficit: Summary;
}

/** TLS handshakes of clients. */
export interface HandshakeFigures {
  readonly outstanding: number;
  /** Refused, since there were too many. */
  readonly exceeded: number;
  readonly failed: number;
}

export interface WordContext {
  readonly config: ServerConfig;
  readonly server: ClientServer;
  readonly figures: ProcessFigures;
  readonly load: LoadFigures;
  /** Absent: no client speaks TLS. */
  handshakes?(): HandshakeFigures;
  /** Set by `stmk`, shown by `gtmk`; nothing else looks at it. */
  traceMask: bigint;
}

/** While the server serves clients. */
export interface ServingContext extends WordContext {
  readonly processor: RequestProcessor;
}

export interface WordRequest {
  /** The word and what came behind it. */
  readonly bytes: Uint8Array;
  /** Who asked; null when nobody knows. */
  readonly connection: ClientConnection | null;
}

/** Answered whatever the server does. */
export interface PlainWord {
  readonly kind: 'plain';
  /** Bytes without which there is no answer. */
  readonly bytesNeeded: number;
  answer(context: WordContext, request: WordRequest): string;
}

/** Answered only while the server serves. */
export interface ServingWord {
  readonly kind: 'serving';
  readonly bytesNeeded: number;
  readonly notServing: string;
  answer(context: ServingContext, request: WordRequest): string;
}

export type FourLetterWord = PlainWord | ServingWord;

const NOT_SERVING = 'This ZooKeeper instance is not currently serving requests';

export const word = (answer: ServingWord['answer']): FourLetterWord => ({
  kind: 'serving',
  bytesNeeded: 4,
  notServing: `${NOT_SERVING}\n`,
  answer,
});

/** Compat: one of Java's words says that it does not serve without ending the line. */
export const unendedWord = (answer: ServingWord['answer']): FourLetterWord => ({
  kind: 'serving',
  bytesNeeded: 4,
  notServing: NOT_SERVING,
  answer,
});

export const plainWord = (answer: PlainWord['answer'], bytesNeeded = 4): FourLetterWord => ({
  kind: 'plain',
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
