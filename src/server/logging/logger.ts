/**
 * Logger: what the server says about itself, with facts kept apart from the sentence. The rest
 * of the server knows only this interface.
 */
import { LOG_LEVELS, type LogLevel } from './log-settings.ts';

export type LogFact = string | number | bigint | boolean | null | undefined | Error;
export type LogFacts = Readonly<Record<string, LogFact>>;

export interface Logger {
  /** To skip the making of costly facts. */
  isEnabled(level: LogLevel): boolean;
  trace(message: string, facts?: LogFacts): void;
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
}

/** A logger for tests and embedders who want none. */
export const silentLogger: Logger = makeLogger('off', () => {});

type Emit = (level: LogLevel, message: string, facts: LogFacts | undefined) => void;

/** Levels below the threshold become empty functions, decided once. */
export function makeLogger(threshold: LogLevel | 'off', emit: Emit): Logger {
  const lowest = threshold === 'off' ? LOG_LEVELS.length : LOG_LEVELS.indexOf(threshold);
  const isEnabled = (level: LogLevel) => LOG_LEVELS.indexOf(level) >= lowest;
  const at = (level: LogLevel) => {
    if (!isEnabled(level)) return () => {};
    return (message: string, facts?: LogFacts) => emit(level, message, facts);
  };
  return {
    isEnabled,
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
  };
}
