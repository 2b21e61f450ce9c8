/**
 * CollectedLog: what has been collected of one source. Each collector that gets the source writes a
 * segment of its own, `<source>.<fencing token>.<offset of its first byte>`, to a disk that all of them
 * reach. What counts is the znode: a byte is collected when the offset there has passed it.
 *
 * A collector that dies between the two, or is paused and writes on too late, leaves more in its
 * segment than was counted. Nobody reads that: a segment ends where the next one begins, and the last
 * one at the offset.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { isZooKeeperError, json, type ZooKeeper } from 'zooid';
import { COLLECTED } from './layout.ts';

export interface Position {
  /** Of the collector that has written it. */
  readonly token: string;
  readonly offset: number;
}

export interface Claim {
  readonly folder: string;
  readonly source: string;
  /** Of the group of the source: grows with each collector that gets it. */
  readonly fencingToken: bigint;
}

export const positionJson = json<Position>((value) => value as Position);
const TOKEN_DIGITS = 16;

export class CollectedLog {
  readonly #zk: ZooKeeper;
  readonly #path: string;
  readonly #token: string;
  #offset = 0;
  #version = 0;
  #segment: FileHandle | undefined;

  /** All that the collector before us has counted came before our token, so it is seen here. */
  static async open(zk: ZooKeeper, claim: Claim): Promise<CollectedLog> {
    const log = new CollectedLog(zk, claim);
    // Before the claim: where there is an offset, there is something to read it in.
    mkdirSync(segmentsFolder(claim.folder), { recursive: true });
    await log.#claim();
    const name = `${claim.source}.${log.#token}.${log.offset}`;
    log.#segment = await open(join(segmentsFolder(claim.folder), name), 'wx');
    return log;
  }

  private constructor(zk: ZooKeeper, { source, fencingToken }: Claim) {
    this.#zk = zk;
    this.#path = `${COLLECTED}/${source}`;
    this.#token = fencingToken.toString(16).padStart(TOKEN_DIGITS, '0');
  }

  get offset(): number {
    return this.#offset;
  }

  /** First safe, then counted. Throws when the source is somebody else's. */
  async append(lines: Uint8Array): Promise<void> {
    await this.#segment?.appendFile(lines);
    await this.#segment?.sync();
    await this.#count(this.#offset + lines.length);
  }

  async close(): Promise<void> {
    await this.#segment?.close();
  }

  async #claim(): Promise<void> {
    const none = positionJson.serialize({ token: '', offset: 0 });
    try {
      await this.#zk.create(this.#path, none, { createParents: true });
    } catch (error) {
      if (!isZooKeeperError(error, 'NodeExists')) throw error;
    }
    const { data, stat } = await this.#zk.getData(this.#path, { serializer: positionJson });
    if (data.token >= this.#token) throw new Error(`${this.#path} is of token ${data.token}.`);
    this.#version = stat.version;
    await this.#count(data.offset);
  }

  /** Written only on top of what we know: nobody can have counted in between. */
  async #count(offset: number): Promise<void> {
    const position = { token: this.#token, offset };
    const serializer = positionJson;
    const options = { version: this.#version, serializer, retryUnknown: true };
    try {
      this.#version = (await this.#zk.setData(this.#path, position, options)).version;
    } catch (error) {
      if (!isZooKeeperError(error, 'BadVersion')) throw error;
      // It may be our own, whose reply was lost.
      const { data, stat } = await this.#zk.getData(this.#path, { serializer });
      if (data.token !== this.#token) throw new Error(`${this.#path} is of token ${data.token}.`);
      this.#version = stat.version;
    }
    this.#offset = offset;
  }
}

function segmentsFolder(folder: string): string {
  return join(folder, 'collected');
}

/** All that was collected of a source, in order. */
export async function readCollected(
  zk: ZooKeeper,
  { folder, source }: Omit<Claim, 'fencingToken'>,
): Promise<Buffer> {
  const { data } = await zk.getData(`${COLLECTED}/${source}`, { serializer: positionJson });
  const names = readdirSync(segmentsFolder(folder)).filter((name) => name.startsWith(`${source}.`));
  // In the order of their tokens, as these have the same number of digits.
  const segments = names.toSorted().map((name) => ({
    start: Number(name.split('.').at(-1)),
    content: readFileSync(join(segmentsFolder(folder), name)),
  }));
  const counted = segments.map(({ start, content }, at) =>
    content.subarray(0, (segments[at + 1]?.start ?? data.offset) - start),
  );
  return Buffer.concat(counted);
}
