/** An AdminServer on a free port, in front of a server that a test can make look like others. */
import type { TestContext } from 'node:test';
import { AdminServer } from '../../../src/server/admin/admin-server.ts';
import { readClocks } from '../../../src/server/clocks.ts';
import { ConnectionGuard } from '../../../src/server/connection-guard.ts';
import { ProcessFigures } from '../../../src/server/four-letter-words/process-figures.ts';
import { TRACE_MASK_DEFAULT } from '../../../src/server/four-letter-words/trace-words.ts';
import type { WordContext } from '../../../src/server/four-letter-words/word-context.ts';
import { type Logger, makeLogger, silentLogger } from '../../../src/server/logging/logger.ts';
import { StandaloneShell } from '../../../src/server/standalone-shell.ts';
import { loadServerTls } from '../../../src/server/tls/server-tls.ts';
import { findFreePort } from '../../free-ports.ts';
import { cleanUp, temporaryDirectory } from '../embedded-server.ts';
import { readConfig, ToggledServer } from '../toggled-server.ts';

export interface RunningAdmin extends Asker {
  readonly server: ToggledServer;
  readonly admin: AdminServer;
  readonly words: WordContext;
  readonly log: readonly string[];
}

export interface AdminTestOptions {
  /** Of zoo.cfg. */
  readonly lines?: string;
}

export async function runAdmin(
  t: TestContext,
  { lines = '' }: AdminTestOptions = {},
): Promise<RunningAdmin> {
  const server = await ToggledServer.start(t, `admin.serverPort=0\n${lines}`);
  const { config } = server;
  const figures = new ProcessFigures();
  cleanUp(t, () => figures.close());
  const load = new ConnectionGuard(config);
  const words = { config, server, figures, load, traceMask: TRACE_MASK_DEFAULT };
  const log: string[] = [];
  const logger = makeLogger('info', (level, message) => log.push(`${level} ${message}`));
  const step = <T>(action: () => T): T => {
    server.setNow(readClocks());
    return action();
  };
  const admin = new AdminServer({ config, logger, words, step });
  await admin.listen();
  cleanUp(t, () => admin.close());
  return { server, admin, words, log, ...askerOf(admin.port) };
}

export interface Asker {
  readonly url: string;
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** The JSON of a command. */
  command(path: string, init?: RequestInit): Promise<Record<string, unknown>>;
}

export function askerOf(port: number): Asker {
  const url = `http://127.0.0.1:${port}`;
  const ask = (path: string, init?: RequestInit) => fetch(`${url}${path}`, init);
  const command = async (path: string, init?: RequestInit) => {
    const response = await ask(`/commands/${path}`, init);
    return (await response.json()) as Record<string, unknown>;
  };
  return { url, ask, command };
}

/** A whole server with its AdminServer and its client port. */
export async function startAdminShell(
  t: TestContext,
  { lines = '', logger = silentLogger }: { lines?: string; logger?: Logger } = {},
) {
  const dataDir = temporaryDirectory(t);
  const adminPort = await findFreePort();
  const config = readConfig(`dataDir=${dataDir}
clientPort=1
clientPortAddress=127.0.0.1
admin.enableServer=true
admin.serverPort=${adminPort}
${lines}`);
  const tls = await loadServerTls(config, logger);
  const parts = { config: { ...config, clientPort: 0 }, logger, tls };
  const shell = new StandaloneShell({ ...parts, onFatal: () => {} });
  await shell.start();
  cleanUp(t, () => shell.stop());
  return { shell, dataDir, clientPort: shell.port, ...askerOf(adminPort) };
}
