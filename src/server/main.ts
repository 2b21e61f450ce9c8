/**
 * The server's entry: `node dist/server/main.js <zoo.cfg>` (ZooKeeper's QuorumPeerMain).
 * Exit codes are ZooKeeper's: 0 for a clean stop, 1 for what was not expected, 2 for a bad
 * configuration, 3 for a data directory that cannot be used.
 */
import { readFileSync } from 'node:fs';
import { parseCommandLine, USAGE } from './config/command-line.ts';
import { ConfigError } from './config/config-error.ts';
import { readServerConfig } from './config/read-server-config.ts';
import type { ServerConfig } from './config/server-config.ts';
import { EnsembleShell } from './ensemble-shell.ts';
import { ExitCode, StartupError } from './exit-code.ts';
import { createLogger } from './logging/create-logger.ts';
import { readLogSettings } from './logging/log-settings.ts';
import type { Logger } from './logging/logger.ts';
import { createPeer } from './quorum/create-peer.ts';
import { announceReady } from './ready-descriptor.ts';
import { StandaloneShell } from './standalone-shell.ts';
import { loadServerTls } from './tls/server-tls.ts';
import { VERSION_TEXT } from './version.ts';

function fail(message: string, exitCode: number): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode;
}

async function main(args: readonly string[]): Promise<void> {
  const { env } = process;
  const line = parseCommandLine(args);
  if (line.isHelp) return void process.stdout.write(`${USAGE}\n`);
  if (line.isVersion) return void process.stdout.write(`${VERSION_TEXT}\n`);
  const { logLevel, logFormat } = line;
  const logger = await createLogger(readLogSettings({ logLevel, logFormat, env }));
  const { config, warnings } = readServerConfig({ args, env, readFile: readFileSync });
  for (const warning of warnings) logger.warn(warning);
  await serve(config, logger);
}

async function serve(config: ServerConfig, logger: Logger): Promise<void> {
  const tls = await loadServerTls(config, logger);
  const parts = { config, logger, tls, onFatal: () => process.exit(ExitCode.unexpectedError) };
  const shell = config.isDistributed
    ? new EnsembleShell({ ...parts, createPeer })
    : new StandaloneShell(parts);
  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    logger.info('stopping', { signal });
    shell.stop().then(
      () => {
        logger.info('stopped');
        process.exit(ExitCode.executionFinished);
      },
      (error: unknown) => fail(String(error), ExitCode.unexpectedError),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await shell.start();
  // A member of an ensemble says by itself when it serves.
  logger.info(config.isDistributed ? 'started' : 'serving', {
    version: VERSION_TEXT,
    port: shell.port,
    address: config.clientPortAddress ?? '*',
    dataDir: config.dataDir,
    ...(config.isDistributed && { myid: config.myid }),
  });
  announceReady(process.env, logger);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof ConfigError) return fail(error.message, ExitCode.invalidInvocation);
  if (error instanceof StartupError) {
    fail(error.message, error.exitCode);
    process.exit();
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  fail(text, ExitCode.unexpectedError);
  process.exit();
});
