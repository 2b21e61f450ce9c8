/** Chaos: now and then a part is killed, or a server, which is started again after a while. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Stage } from './stage.ts';

const BETWEEN_MS = { min: 1_000, max: 3_000 };
const SERVER_DOWN_MS = 2_000;
/** The other ones are parts. */
const SERVER_SHARE = 0.3;

/** Returns how to end it, which waits for the server that is down. */
export function startChaos(stage: Stage): () => Promise<void> {
  const ended = new AbortController();
  const chaos = bringChaos(stage, ended.signal);
  chaos.catch(() => {}); // Whoever ends it is told.
  return async () => {
    ended.abort();
    await chaos;
  };
}

async function bringChaos(stage: Stage, signal: AbortSignal): Promise<void> {
  while (
    await hasSlept(BETWEEN_MS.min + Math.random() * (BETWEEN_MS.max - BETWEEN_MS.min), signal)
  ) {
    if (Math.random() < SERVER_SHARE) await killServer(stage, signal);
    else await killPart(stage);
  }
}

async function killPart(stage: Stage): Promise<void> {
  const part = oneOf(stage.parts.filter(({ state }) => state === 'running'));
  if (part === undefined) return;
  stage.note(`chaos: kill -9 ${part.name} (${part.pid}).`);
  await part.kill();
}

/** One at a time, so that a quorum is left. */
async function killServer(stage: Stage, signal: AbortSignal): Promise<void> {
  const server = oneOf(stage.ensemble.servers);
  if (server === undefined) return;
  stage.note(`chaos: kill -9 server ${server.id}, the ${server.mode ?? 'one that serves nobody'}.`);
  await server.kill();
  await hasSlept(SERVER_DOWN_MS, signal);
  await server.restart();
  await stage.ensemble.waitForServing({ timeoutMs: 30_000 });
  stage.note(`Server ${server.id} is back.`);
}

function oneOf<T>(all: readonly T[]): T | undefined {
  return all[Math.floor(Math.random() * all.length)];
}

/** False if it was woken by the signal. */
async function hasSlept(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
