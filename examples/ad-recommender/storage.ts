/**
 * Storage: the results, in Redis, behind a fence. Redis knows the token of the last master that has
 * come to it, and refuses one that is lower: in a script, which nothing can come in between.
 *
 * A master comes before its first computation, to learn which round was the last; from then on
 * nothing of the master before it can be written. Everything is in Redis' log before it is answered,
 * the token too, so that Redis may be killed.
 */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from '@redis/client';
import type { PartProcess } from '../frame/part-process.ts';
import type { Stage } from '../frame/stage.ts';
import type { Recommendations } from './recommendations.ts';

/** It has the program of the server, too; `redis-server` adds a link to it, and a service. */
export const PACKAGES = ['redis-tools'];
const PROGRAM = '/usr/bin/redis-check-rdb';

const NEWEST = 'newest';
const WRITTEN = 'written';
const WRITTEN_MAX = 10_000;

/** Tokens are text of the same length, as Lua's numbers are not exact enough. */
const SCRIPT = `
local seen = redis.call('HGET', KEYS[1], 'token')
if seen and seen > ARGV[1] then
  redis.call('HINCRBY', KEYS[1], 'refused', 1)
  return {'refused', seen}
end
redis.call('HSET', KEYS[1], 'token', ARGV[1])
if ARGV[2] then
  redis.call('HSET', KEYS[1], 'round', ARGV[2], 'master', ARGV[3], 'ads', ARGV[4])
  redis.call('RPUSH', KEYS[2], ARGV[1] .. ' ' .. ARGV[2])
  redis.call('LTRIM', KEYS[2], -${WRITTEN_MAX}, -1)
end
return {'done', redis.call('HGET', KEYS[1], 'round') or '0'}`;

export interface Result {
  readonly round: number;
  readonly master: string;
  readonly ads: Recommendations;
}

/** A later master has come. */
export class FencedError extends Error {
  override readonly name = 'FencedError';
}

function socketOf(folder: string): string {
  return join(folder, 'redis.socket');
}

/** Its address is a socket in the folder: no port that another program could have. */
export function runRedis(stage: Stage): PartProcess {
  const program = join(stage.folder, 'redis-server');
  symlinkSync(PROGRAM, program); // Its name says what it is to do.
  const address = ['--port', '0', '--unixsocket', socketOf(stage.folder)];
  const log = ['--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
  const words = ['--dir', stage.folder, ...address, ...log];
  return stage.run('redis', { program, words });
}

export class Storage implements AsyncDisposable {
  readonly #redis;

  /** Waits for a Redis that is not there yet, or still reads its log. */
  static async open(folder: string): Promise<Storage> {
    const storage = new Storage(folder);
    await storage.#redis.connect();
    while ((await storage.#redis.info('persistence')).includes('loading:1')) await pause(50);
    return storage;
  }

  private constructor(folder: string) {
    const socket = { path: socketOf(folder), tls: false, reconnectStrategy: 100 } as const;
    this.#redis = createClient({ socket });
    this.#redis.on('error', () => {}); // Whoever asks is told.
  }

  /** Resolves with the last round; a master with a lower token is refused from now on. */
  async takeOffice(token: bigint): Promise<number> {
    return this.#pass(token, []);
  }

  async put(token: bigint, { round, master, ads }: Result): Promise<void> {
    await this.#pass(token, [String(round), master, JSON.stringify(ads)]);
  }

  async newest(): Promise<Result | null> {
    const { round, master = '', ads = '[]' } = await this.#redis.hGetAll(NEWEST);
    if (round === undefined) return null;
    return { round: Number(round), master, ads: JSON.parse(ads) as Recommendations };
  }

  /** How many were refused for being late. */
  async refusals(): Promise<number> {
    return Number((await this.#redis.hGet(NEWEST, 'refused')) ?? 0);
  }

  /** What was written, in this order. */
  async written(): Promise<{ token: string; round: number }[]> {
    const lines = await this.#redis.lRange(WRITTEN, 0, -1);
    return lines.map((line) => {
      const [token = '', round] = line.split(' ');
      return { token, round: Number(round) };
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#redis.close();
  }

  async #pass(token: bigint, words: readonly string[]): Promise<number> {
    const fence = token.toString(16).padStart(16, '0');
    const options = { keys: [NEWEST, WRITTEN], arguments: [fence, ...words] };
    const [outcome, value] = (await this.#redis.eval(SCRIPT, options)) as [string, string];
    if (outcome === 'done') return Number(value);
    throw new FencedError(`token ${token} is too late: ${BigInt(`0x${value}`)} was here`);
  }
}
