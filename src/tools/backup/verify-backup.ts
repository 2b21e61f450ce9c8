/** Reads a backup to its end: the files are those of the manifest, and the tree has its digest. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { describeZxid } from '../../base/zxid.ts';
import { TextOutput } from '../text-output.ts';
import { ToolError } from '../tool-error.ts';
import {
  type BackedUpLog,
  type BackedUpSnapshot,
  type Chain,
  lastZxidOf,
  requireManifest,
  versionDirectory,
} from './manifest.ts';
import { replay } from './replay.ts';

export async function verifyBackup(target: string): Promise<void> {
  const output = new TextOutput();
  for (const chain of requireManifest(target).chains) {
    output.line(await verifyChain(target, chain));
    await output.drain();
  }
}

async function verifyChain(target: string, chain: Chain): Promise<string> {
  const directory = versionDirectory(target, chain);
  for (const file of [...chain.snapshots, ...chain.logs]) await verifyFile(directory, file);
  const [snapshot] = chain.snapshots;
  if (snapshot === undefined) throw new ToolError(`${directory}: the chain has no snapshot.`);
  const { tree } = replay({ directory, chain, snapshot, upTo: lastZxidOf(chain) });
  const digest = String(tree.digest.toBigInt());
  const expected = chain.logs.at(-1)?.digest ?? null;
  if (expected !== null && expected !== digest) {
    const found = `the digest of its tree is ${digest}, not ${expected}`;
    throw new ToolError(`${directory}: ${found}; make a new backup in another directory.`);
  }
  const txns = chain.logs.reduce((sum, log) => sum + log.txns, 0);
  const range = `zxid ${describeZxid(snapshot.wholeZxid)} to ${describeZxid(lastZxidOf(chain))}`;
  return `${chain.name}: whole, ${range}, ${txns} txns, digest ${digest}.`;
}

async function verifyFile(
  directory: string,
  { name, bytes, sha256 }: BackedUpLog | BackedUpSnapshot,
): Promise<void> {
  const path = join(directory, name);
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of createReadStream(path, { end: bytes - 1 })) {
    hash.update(piece);
    size += piece.length;
  }
  if (size === bytes && hash.digest('hex') === sha256) return;
  const what = size < bytes ? `it has ${size} of ${bytes} bytes` : 'it is not what was copied';
  throw new ToolError(`${path} is damaged: ${what}; make a new backup in another directory.`);
}
