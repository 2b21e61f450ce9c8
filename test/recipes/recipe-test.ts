/**
 * recipeTest: a test of a recipe, with a path of its own and clients that are closed after it. The
 * files of this folder define their tests by it; java.test.ts has them all defined once more against
 * Java's server.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  isZooKeeperError,
  type StateChange,
  ZooKeeper,
  type ZooKeeperOptions,
} from '../../src/client/index.ts';
import { type RecipeServer, recipeServer, serverKind } from './recipe-server.ts';

export interface RecipeContext {
  /** Of this test alone; nothing is there yet. */
  readonly path: string;
  readonly connectString: string;
  readonly server: RecipeServer;
  connect(options?: ZooKeeperOptions): Promise<ZooKeeper>;
  /** Two clients. */
  connectTwo(): Promise<[ZooKeeper, ZooKeeper]>;
  /** As many clients. */
  connectAll(count: number, options?: ZooKeeperOptions): Promise<ZooKeeper[]>;
  /** Calls it after the test, the last one first, before the clients are closed. */
  cleanUp(action: () => unknown): void;
}

/** Far more than any of them takes: one that hangs is named. */
const TIMEOUT_MS = 60_000;

let count = 0;

export interface RecipeTestOptions {
  /** A start of Java takes a second: what others show against it already is left to our server. */
  readonly isForOursOnly?: boolean;
}

export function recipeTest(
  title: string,
  body: (context: RecipeContext) => Promise<void>,
  { isForOursOnly = false }: RecipeTestOptions = {},
): void {
  const kind = serverKind();
  if (kind !== 'zooid' && isForOursOnly) return;
  test(kind === 'zooid' ? title : `java ${kind}: ${title}`, { timeout: TIMEOUT_MS }, async (t) => {
    const server = await recipeServer();
    const connectString = `127.0.0.1:${server.port}`;
    const actions: (() => unknown)[] = [];
    const connect = async (options: ZooKeeperOptions = {}) => {
      const reconnect = { baseMs: 10, maxMs: 50 };
      const zk = await ZooKeeper.connect(connectString, {
        // A third of it is longer than any restart.
        sessionTimeoutMs: 60_000,
        // Java leaves a connection unanswered that comes while it starts.
        connectionTimeoutMs: 1000,
        reconnect,
        ...options,
      });
      actions.push(() => zk.close());
      return zk;
    };
    const end = async () => {
      for (const action of actions.splice(0).reverse()) await action();
    };
    // What a test that takes too long waits for ends with its clients, and the process can end.
    t.signal.addEventListener('abort', () => void end());
    try {
      await body({
        path: `/test-${++count}`,
        connectString,
        server,
        connect,
        connectTwo: async () => [await connect(), await connect()],
        connectAll: (number, options) =>
          Promise.all(Array.from({ length: number }, () => connect(options))),
        cleanUp: (action) => actions.push(action),
      });
    } finally {
      await end();
    }
  });
}

/** Resolves with the next change to this state. */
export function nextState(zk: ZooKeeper, state: StateChange['state']): Promise<StateChange> {
  return new Promise((resolve) => {
    const stop = zk.onState((change) => {
      if (change.state !== state) return;
      stop();
      resolve(change);
    });
  });
}

/** Resolves when the signal is aborted, with its reason. */
export function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });
}

/** Resolves when the children are as wanted; a node that is not there has none. */
export async function untilChildren(
  zk: ZooKeeper,
  path: string,
  isWanted: (children: string[]) => boolean,
): Promise<string[]> {
  for (;;) {
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const watch = () => wake();
    const children = await zk.getChildren(path, { watch }).catch(async (error: unknown) => {
      if (!isZooKeeperError(error, 'NoNode')) throw error;
      // Made in between, it is looked at again.
      if ((await zk.exists(path, { watch })) !== null) wake();
      return [];
    });
    if (isWanted(children)) return children;
    await woken;
  }
}

const HOLDER = fileURLToPath(new URL('holder-process.ts', import.meta.url));

export interface HolderProcess {
  /** What it printed when it held. */
  readonly line: string;
  /** SIGKILL; resolves when the process has ended. */
  kill(): Promise<void>;
}

/** A process that holds something by a recipe until it is killed; see holder-process.ts. */
export async function startHolder(
  context: RecipeContext,
  recipe: string,
  path: string,
): Promise<HolderProcess> {
  const words = ['--import', 'tsx', HOLDER, context.connectString, recipe, path];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  context.cleanUp(kill);
  return { line: await firstLine(child), kill };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The holder has no output.');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error('The holder ended without holding anything.');
}
