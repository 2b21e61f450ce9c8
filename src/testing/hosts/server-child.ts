/**
 * The server process of the test kit: one server, told by messages what to do. It ends when its
 * parent does, however that ends: the channel between them closes.
 */
import { rmSync } from 'node:fs';
import { type Logger, type RunningServer, startServer } from '../../server/index.ts';
import { makeLogger } from '../../server/logging/logger.ts';
import type { FromServer, LogLevel, Question, StartFacts, ToServer } from './messages.ts';
import { FREE_PORTS } from './server-host.ts';
import { createSwitchedDisk } from './switched-disk.ts';

let server: RunningServer | null = null;
let isDiskFull = false;
let temporaryFolder = '';

function tell(message: FromServer, onSent: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, onSent);
}

function loggerFor(level: LogLevel | null): Logger {
  return makeLogger(level ?? 'off', (at, message, facts) => {
    tell({ kind: 'log', level: at, message, facts });
  });
}

async function start(facts: StartFacts): Promise<void> {
  ({ isDiskFull, temporaryFolder } = facts);
  const { configFile, systemProperties, logLevel } = facts;
  try {
    server = await startServer({
      configFile,
      systemProperties,
      logger: loggerFor(logLevel),
      listenPorts: FREE_PORTS,
      createDisk: createSwitchedDisk(() => isDiskFull),
      onServing: (change) => tell({ kind: 'serving', change }),
      onFatal: (reason) => tell({ kind: 'failed', reason }, () => process.exit(1)),
    });
    tell({ kind: 'started', ports: server.ports });
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    tell({ kind: 'refused', name, message }, () => process.exit(1));
  }
}

async function answer(question: Question): Promise<void> {
  const { id } = question;
  try {
    if (server === null) throw new Error('there is no server');
    const value = await ask(server, question);
    tell({ kind: 'answer', id, value }, () => {
      if (question.kind === 'stop') process.exit(0);
    });
  } catch (error) {
    tell({ kind: 'problem', id, message: error instanceof Error ? error.message : String(error) });
  }
}

async function ask(asked: RunningServer, question: Question): Promise<unknown> {
  switch (question.kind) {
    case 'stop':
      return asked.stop();
    case 'expireSession':
      return asked.expireSession(question.value);
    case 'applied':
      return asked.applied;
    case 'waitUntilApplied':
      return asked.waitUntilApplied(question.value);
    case 'fillDisk':
      isDiskFull = question.value;
  }
  return null;
}

process.on('message', (message: ToServer) => {
  if (message.kind === 'start') void start(message.facts);
  else void answer(message);
});
process.on('disconnect', () => {
  // The parent had no time to clean up.
  if (temporaryFolder !== '') rmSync(temporaryFolder, { recursive: true, force: true });
  process.exit(0);
});
// Ctrl-C reaches the whole group: the test decides what that means.
process.on('SIGINT', () => {});
