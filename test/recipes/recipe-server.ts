/**
 * The server under the tests of the recipes: ours, in this process, or Java's. One for each process
 * of the runner, started by the first test that needs it. Sessions may be as short as 200 ms and as
 * long as a minute.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { startStandaloneServer } from '../../src/server/index.ts';
import { type JavaVersion, quickJvmFlags, startJavaServer } from '../interop/java-server.ts';

/** Ours, or Java's of a version. */
export type ServerKind = 'zooid' | JavaVersion;

export interface RecipeServer {
  readonly port: number;
  /** Ends it without ceremony, and starts it again at the same port with the same data. */
  restart(): Promise<void>;
}

interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

const CONFIG = { tickTime: 100, minSessionTimeout: 200, maxSessionTimeout: 60_000 };

let kind: ServerKind = 'zooid';
let started: Promise<RecipeServer> | undefined;
let stop = async () => {};

// Not where it is started: that is in a test, whose end it would then come with.
after(() => stop());

/** Before the first test is defined. */
export function useServer(chosen: ServerKind): void {
  kind = chosen;
}

export function serverKind(): ServerKind {
  return kind;
}

export function recipeServer(): Promise<RecipeServer> {
  started ??= start();
  return started;
}

async function start(): Promise<RecipeServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'zooid-recipes-'));
  let running = await run(dataDir, undefined);
  const { port } = running;
  stop = async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    port,
    async restart() {
      await running.stop();
      running = await run(dataDir, port);
    },
  };
}

async function run(dataDir: string, clientPort: number | undefined): Promise<Running> {
  if (kind === 'zooid') {
    const config = { ...CONFIG, '4lw.commands.whitelist': '*' };
    return startStandaloneServer({ dataDir, clientPort: clientPort ?? 0, config });
  }
  const config = Object.fromEntries(Object.entries(CONFIG).map(([key, n]) => [key, String(n)]));
  const server = await startJavaServer({
    version: kind,
    dataDir,
    jvmFlags: quickJvmFlags,
    config: { ...config, maxClientCnxns: '0' },
    ...(clientPort === undefined ? {} : { clientPort }),
  });
  return { port: server.port, stop: () => server.kill() };
}
