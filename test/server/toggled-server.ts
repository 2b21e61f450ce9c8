/** A standalone server that a test makes serve or not, and look like a member of an ensemble. */
import type { TestContext } from 'node:test';
import type { Now } from '../../src/base/now.ts';
import type { PeerFigures } from '../../src/core/peer-figures.ts';
import type { ClientConnection, RemoteAddress } from '../../src/core/requests/client-connection.ts';
import type {
  ClientServer,
  PortClosings,
  ServerMode,
  SessionBuckets,
} from '../../src/server/client-server.ts';
import { readServerConfig } from '../../src/server/config/read-server-config.ts';
import type { ServerConfig } from '../../src/server/config/server-config.ts';
import { silentLogger } from '../../src/server/logging/logger.ts';
import { StandaloneShell } from '../../src/server/standalone-shell.ts';
import { cleanUp, temporaryDirectory } from './embedded-server.ts';

export class ToggledServer implements ClientServer {
  isServing = true;
  mode: ServerMode = 'standalone';
  ensemble: PeerFigures | null = null;
  closings?: PortClosings;
  isExpiring = true;
  readonly config: ServerConfig;
  readonly #shell: StandaloneShell;

  private constructor(config: ServerConfig, shell: StandaloneShell) {
    this.config = config;
    this.#shell = shell;
  }

  static async start(t: TestContext, lines = ''): Promise<ToggledServer> {
    const dataDir = temporaryDirectory(t);
    const config = readConfig(`dataDir=${dataDir}\nclientPort=1\n${lines}`);
    // The port is the test's.
    const parts = { config: { ...config, clientPort: null }, logger: silentLogger };
    const shell = new StandaloneShell({ ...parts, onFatal: () => {} });
    await shell.start();
    cleanUp(t, () => shell.stop());
    return new ToggledServer(config, shell);
  }

  get database() {
    return this.#shell.server.database;
  }

  get processor() {
    return this.isServing ? this.#shell.server.processor : null;
  }

  get sessions(): SessionBuckets | null {
    return this.isExpiring ? this.#shell.server.sessions : null;
  }

  get stats() {
    return this.#shell.server.stats;
  }

  get storage() {
    return this.#shell.server.storage;
  }

  setNow(now: Now): void {
    this.#shell.server.setNow(now);
  }

  connect(remote: RemoteAddress): ClientConnection {
    return this.#shell.server.connect(remote);
  }

  receive(connection: ClientConnection, chunk: Uint8Array): void {
    this.#shell.server.receive(connection, chunk);
  }

  continue(connection: ClientConnection): void {
    this.#shell.server.continue(connection);
  }

  disconnect(connection: ClientConnection): void {
    this.#shell.server.disconnect(connection);
  }

  takeSnapshot(): boolean {
    return this.#shell.server.takeSnapshot();
  }

  takeDirty() {
    return this.#shell.server.takeDirty();
  }

  release(connection: ClientConnection): void {
    this.#shell.server.release(connection);
  }

  takeResumed() {
    return this.#shell.server.takeResumed();
  }
}

/** Reads a file of these lines; `myid` is 3. */
export function readConfig(lines: string): ServerConfig {
  const readFile = (path: string) => {
    if (path === 'zoo.cfg') return Buffer.from(lines);
    if (path.endsWith('/myid')) return Buffer.from('3\n');
    throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
  };
  return readServerConfig({ args: ['zoo.cfg'], env: {}, readFile }).config;
}
