/**
 * createLogger: the form that the settings ask for, on standard error.
 *
 * The text form is written here and not by pino: pino and its parts cost a fresh server 7 MB and
 * 15 to 20 ms, and most servers never ask for JSON. The JSON form is pino's, loaded when chosen.
 * Both write synchronously, so that the last line before an exit is never the one that is lost.
 */
import type { LogSettings } from './log-settings.ts';
import type { Logger } from './logger.ts';
import { createTextLogger } from './text-logger.ts';

export interface LoggerOptions extends LogSettings {
  /** Standard error unless given. */
  readonly fileDescriptor?: number;
}

export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const fileDescriptor = options.fileDescriptor ?? 2;
  if (options.format === 'text') return createTextLogger(options.level, fileDescriptor);
  const { createJsonLogger } = await import('./json-logger.ts');
  return createJsonLogger(options.level, fileDescriptor);
}
