/**
 * Level and form of the log: options of the command line first, then ZOOID_LOG_LEVEL and
 * ZOOID_LOG_FORMAT, then what operators of ZooKeeper already set (ZOO_LOG4J_PROP, and the
 * -Dzookeeper.…logger flags), of which only the level counts.
 */
import { ConfigError } from '../config/config-error.ts';
import { parseJvmFlags } from '../config/jvm-flags.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = 'text' | 'json';

export interface LogSettings {
  readonly level: LogLevel;
  readonly format: LogFormat;
}

export interface LogSettingsSource {
  readonly logLevel?: string | undefined;
  readonly logFormat?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Log4j's and Logback's words for what has another name or no counterpart here. */
const FOREIGN_LEVELS: Readonly<Record<string, LogLevel>> = {
  all: 'trace',
  warning: 'warn',
  fatal: 'error',
  off: 'error',
};

const LEVEL_PROPERTIES = ['zookeeper.root.logger', 'zookeeper.console.threshold'];

export function readLogSettings({ logLevel, logFormat, env }: LogSettingsSource): LogSettings {
  const format = logFormat ?? env['ZOOID_LOG_FORMAT'] ?? 'text';
  if (format !== 'text' && format !== 'json') {
    throw new ConfigError(`The log format ${format} is refused; allowed: text, json.`);
  }
  const own = logLevel ?? env['ZOOID_LOG_LEVEL'];
  if (own === undefined) return { format, level: inheritedLevel(env) };
  const level = parseLevel(own);
  if (level === undefined) {
    throw new ConfigError(`The log level ${own} is refused; allowed: ${LOG_LEVELS.join(', ')}.`);
  }
  return { format, level };
}

function parseLevel(word: string): LogLevel | undefined {
  const lower = word.trim().toLowerCase();
  return LOG_LEVELS.find((level) => level === lower) ?? FOREIGN_LEVELS[lower];
}

/** `INFO,CONSOLE`: the first word. Anything else is not ours to judge. */
function inheritedLevel(env: LogSettingsSource['env']): LogLevel {
  let level = parseLevel(env['ZOO_LOG4J_PROP']?.split(',', 1)[0] ?? '');
  for (const { key, value } of parseJvmFlags(env)) {
    if (LEVEL_PROPERTIES.includes(key)) level = parseLevel(value.split(',', 1)[0] ?? '') ?? level;
  }
  return level ?? 'info';
}
