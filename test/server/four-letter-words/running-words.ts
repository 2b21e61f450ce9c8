/** A standalone server in this process, on a free port of the loopback, that answers words. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ClientConnection } from '../../../src/core/requests/client-connection.ts';
import { Summary } from '../../../src/core/requests/stats/summary.ts';
import { readServerConfig } from '../../../src/server/config/read-server-config.ts';
import type { ServerConfig } from '../../../src/server/config/server-config.ts';
import { FourLetterWords } from '../../../src/server/four-letter-words/four-letter-words.ts';
import { ProcessFigures } from '../../../src/server/four-letter-words/process-figures.ts';
import { TRACE_MASK_DEFAULT } from '../../../src/server/four-letter-words/trace-words.ts';
import { silentLogger } from '../../../src/server/logging/logger.ts';
import { StandaloneShell } from '../../../src/server/standalone-shell.ts';
import { findFreePort } from '../../free-ports.ts';

export interface RunningWords {
  readonly port: number;
  readonly dataDir: string;
  readonly shell: StandaloneShell;
  readonly words: FourLetterWords;
  /** Sends the bytes and resolves with all that comes back until the end. */
  ask(bytes: string | Uint8Array): Promise<string>;
}

export async function runWords(t: TestContext, whitelist = '*'): Promise<RunningWords> {
  const dataDir = mkdtempSync(join(tmpdir(), 'zooid-words-'));
  const port = await findFreePort();
  const config = configOf({ dataDir, port, whitelist });
  const shell = new StandaloneShell({ config, logger: silentLogger, onFatal: () => {} });
  const figures = new ProcessFigures();
  const load = {
    connectionDropProbability: 0.25,
    sessionlessConnectionsExpired: 3,
    closedWithoutServer: 2,
    tokenDeficit: new Summary(),
  };
  // Besides the shell's own, which answer at the port: these show the load given above.
  const words = new FourLetterWords({
    config,
    server: shell.server,
    figures,
    load,
    traceMask: TRACE_MASK_DEFAULT,
  });
  await shell.start();
  t.after(async () => {
    figures.close();
    await shell.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { port, dataDir, shell, words, ask: (bytes) => ask(port, bytes) };
}

function configOf(options: { dataDir: string; port: number; whitelist: string }): ServerConfig {
  const text = `dataDir=${options.dataDir}
clientPort=${options.port}
clientPortAddress=127.0.0.1
tickTime=2000
4lw.commands.whitelist=${options.whitelist}
`;
  const readFile = (path: string) => {
    if (path.endsWith('zoo.cfg')) return Buffer.from(text);
    throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  };
  return readServerConfig({ args: ['zoo.cfg'], env: {}, readFile }).config;
}

function ask(port: number, bytes: string | Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.once('error', reject);
    socket.once('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
}

/** The server's own view of the connection of a session. */
export function connectionOf(shell: StandaloneShell, sessionId: bigint): ClientConnection {
  const connection = shell.server.processor.connectionOf(sessionId);
  if (connection === undefined) throw new Error(`Session ${sessionId} has no connection.`);
  return connection;
}

/** What changes from run to run, as letters. */
export function masked(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replace(/version: .*, built on .*/g, 'version: VERSION')
    .replace(/Latency min\/avg\/max: \d+\/[\d.E-]+\/\d+/, 'Latency min/avg/max: N/N/N')
    .replace(/0x1[0-9a-f]{14}/g, 'SESSION')
    .replace(/(est|lresp|llat|minlat|avglat|maxlat)=\d+/g, '$1=N')
    .replace(/Size=\d+/g, 'Size=N')
    .replace(/size: \d+/g, 'size: N')
    .replace(/expire at \w{3} \w{3} \d\d \d\d:\d\d:\d\d \S+ \d{4}/g, 'expire at DATE');
}
