/**
 * The manifest of a backup: what is in it. It is written last and replaced as a whole, so it never
 * names what is not there; what it does not name does not count.
 *
 * A backup consists of chains. A chain is a snapshot and the txns that followed it without a gap, in
 * the layout of a data directory. A new one begins when the source no longer has what follows the
 * last, or has another history.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Zxid } from '../../base/zxid.ts';
import { zxidOfLogName, zxidOfSnapshotName } from '../../core/storage/file-names.ts';
import { replaceFile } from '../files/new-file.ts';
import { ToolError } from '../tool-error.ts';

export interface Manifest {
  readonly format: typeof FORMAT;
  /** Where it was copied from. */
  readonly source: string;
  readonly updated: string;
  readonly chains: readonly Chain[];
}

export interface Chain {
  /** Its directory. */
  readonly name: string;
  /** The first begins the chain; later ones only make a restore faster. */
  readonly snapshots: readonly BackedUpSnapshot[];
  readonly logs: readonly BackedUpLog[];
}

interface BackedUpFile {
  readonly name: string;
  /** What follows in the file does not count. */
  readonly bytes: number;
  readonly sha256: string;
}

export interface BackedUpSnapshot extends BackedUpFile {
  readonly zxid: Zxid;
  /** The last txn that may be in it: of Java's fuzzy snapshots a later one. */
  readonly wholeZxid: Zxid;
  /** It is the state at this time, or at an earlier one. */
  readonly timeMs: number;
}

export interface BackedUpLog extends BackedUpFile {
  readonly firstZxid: Zxid;
  readonly lastZxid: Zxid;
  readonly txns: number;
  /** The latest time of a txn. */
  readonly timeMs: number;
  /** Of the tree after the last txn; null where digests are off. */
  readonly digest: string | null;
  /** Where the last txn is in the source, by which the next run finds what follows it. */
  readonly sourceFile: string;
  readonly sourceOffset: number;
  readonly sourceChecksum: number;
}

const FORMAT = 1;
const NAME = 'manifest.json';

/** Null where there is no backup yet. */
export function readManifest(target: string): Manifest | null {
  const path = join(target, NAME);
  if (!existsSync(path)) return null;
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'), revive);
    if (isManifest(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ToolError(`${path} is no manifest of a backup: name another directory.`);
}

/** Also that it names nothing outside the backup, where it could make a run cut files off. */
function isManifest(value: unknown): value is Manifest {
  const { format, chains } = { ...(value as Partial<Manifest> | null) };
  if (format !== FORMAT || !Array.isArray(chains)) return false;
  return chains.every(({ name, snapshots, logs }: Partial<Chain>) => {
    if (!/^chain-\d+$/.test(name ?? '') || !Array.isArray(logs)) return false;
    const areSnapshots =
      Array.isArray(snapshots) &&
      snapshots.length > 0 &&
      snapshots.every((file: BackedUpSnapshot) => zxidOfSnapshotName(file.name) === file.zxid);
    return areSnapshots && logs.every((file) => zxidOfLogName(file.name) === file.firstZxid);
  });
}

export function requireManifest(target: string): Manifest {
  const manifest = readManifest(target);
  if (manifest !== null && manifest.chains.length > 0) return manifest;
  throw new ToolError(`${target} holds no backup: there is no ${NAME} with a chain in it.`);
}

export function writeManifest(target: string, manifest: Omit<Manifest, 'format'>): void {
  const text = JSON.stringify({ format: FORMAT, ...manifest }, replace, 2);
  replaceFile(join(target, NAME), `${text}\n`);
}

export function versionDirectory(target: string, chain: Pick<Chain, 'name'>): string {
  return join(target, chain.name, 'version-2');
}

export function chainName(number: number): string {
  return `chain-${number}`;
}

/** Where the chain ends. */
export function lastZxidOf(chain: Chain): Zxid {
  return chain.logs.at(-1)?.lastZxid ?? chain.snapshots[0]?.zxid ?? -1;
}

// Zxids are for people: in hex, as in the names of files.

function replace(key: string, value: unknown): unknown {
  return /zxid$/i.test(key) && typeof value === 'number' ? `0x${value.toString(16)}` : value;
}

function revive(key: string, value: unknown): unknown {
  return /zxid$/i.test(key) && typeof value === 'string' ? Number(value) : value;
}
