/** The JSON form of the log: one object a line, written by pino. */
import { destination, pino } from 'pino';
import type { LogLevel } from './log-settings.ts';
import { type LogFact, type LogFacts, type Logger, makeLogger } from './logger.ts';

export function createJsonLogger(level: LogLevel, fileDescriptor: number): Logger {
  const stream = destination({ dest: fileDescriptor, sync: true });
  // As in the text form: a reader that went away does not stop the server.
  stream.on('error', () => {});
  const writer = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return makeLogger(level, (at, message, facts) => writer[at](plainFacts(facts), message));
}

/** 64-bit ids as text, as no reader of JSON keeps them exact; errors under the name given. */
function plainFacts(facts: LogFacts | undefined): Record<string, LogFact | object> {
  const plain: Record<string, LogFact | object> = {};
  for (const [name, fact] of Object.entries(facts ?? {})) {
    if (typeof fact === 'bigint') plain[name] = String(fact);
    else if (fact instanceof Error) plain[name] = { message: fact.message, stack: fact.stack };
    else plain[name] = fact;
  }
  return plain;
}
