/**
 * The targets `log` and `snapshot`: the files of a data directory, damaged, and what a start makes
 * of them. Raw damage must be refused with file, offset and reason, or cost nothing that was synced;
 * damage under a checksum made right again may mean anything, but nothing may throw.
 */
import assert from 'node:assert/strict';
import { Prng } from '../../src/base/prng.ts';
import type { DirectoryName } from '../../src/core/storage/disk.ts';
import { WATERMARK_NAME } from '../../src/core/storage/file-names.ts';
import { decodeWatermark } from '../../src/core/storage/watermark.ts';
import { ToyDisk } from '../core/storage/toy-disk.ts';
import { connectBody } from '../interop/raw-client.ts';
import { type FuzzClient, FuzzServer, recoverDisk } from './fuzz-server.ts';
import { type FuzzTarget, fromHex, smallerLists, toHex } from './fuzz-target.ts';
import { INTERESTING_INTS, intBytes, joined, randomBytes } from './mutation.ts';
import { RequestGrammar } from './request-grammar.ts';
import { recordStarts, resealLog, resealSnapshot } from './resealing.ts';

const BASES = 6;
const REQUESTS = 260;
const HEAD_BYTES = 12;

type Edit =
  | {
      readonly kind: 'splice';
      readonly file: string;
      readonly at: number;
      readonly remove: number;
      readonly insert: Uint8Array;
    }
  | { readonly kind: 'remove' | 'reseal'; readonly file: string };

export interface DamagedDirectory {
  readonly base: number;
  readonly edits: readonly Edit[];
}

/** A directory as a killed server has left it, and the digest of the tree after each txn. */
interface Base {
  readonly disk: ToyDisk;
  readonly digests: ReadonlyMap<number, bigint>;
  readonly syncedZxid: number;
}

const bases: (Base | undefined)[] = [];

function baseOf(index: number): Base {
  const base = bases[index] ?? makeBase(new Prng(1_000 + index), index);
  bases[index] = base;
  return base;
}

const framed = (payload: Buffer): Buffer => Buffer.concat([intBytes(payload.length), payload]);

/** Valid requests of several clients; every other directory ends with a server's clean stop. */
function makeBase(prng: Prng, index: number): Base {
  const fuzz = new FuzzServer();
  const grammar = new RequestGrammar(prng, [0n]);
  const clients: FuzzClient[] = [];
  const digests = new Map<number, bigint>();
  const note = () => {
    const { tree } = fuzz.server.database;
    digests.set(tree.lastProcessedZxid, tree.digest.toBigInt());
  };
  note();
  for (let i = 0; i < REQUESTS; i++) {
    const at = prng.below(3);
    let client = clients[at];
    if (client === undefined || client.isClosed) {
      client = fuzz.connect();
      clients[at] = client;
      fuzz.receive(client, framed(connectBody()));
      note();
    }
    fuzz.receive(client, framed(joined(grammar.request())));
    note();
    if (i % 40 === 39) fuzz.advance(300);
    note();
  }
  if (index % 2 === 1) fuzz.stop();
  const disk = fuzz.disk.restart();
  const watermark = decodeWatermark(disk.file(WATERMARK_NAME));
  assert.ok(watermark !== null, 'the directory has no watermark');
  assert.ok(disk.list('snapshot').length > 1, 'the directory has one snapshot only');
  return { disk, digests, syncedZxid: watermark.zxid };
}

const directoryOf = (file: string): DirectoryName =>
  file.startsWith('snapshot.') ? 'snapshot' : 'log';

function damaged({ base, edits }: DamagedDirectory): ToyDisk {
  const disk = detached(baseOf(base).disk);
  for (const edit of edits) {
    const directory = directoryOf(edit.file);
    if (!disk.list(directory).includes(edit.file)) continue;
    if (edit.kind === 'remove') {
      disk.remove(directory, edit.file);
      continue;
    }
    const bytes = disk.file(edit.file, directory);
    const changed = edit.kind === 'splice' ? spliced(bytes, edit) : resealed(edit.file, bytes);
    disk.put(directory, edit.file, changed);
  }
  return disk;
}

/** A disk of its own with the same files. */
function detached(disk: ToyDisk): ToyDisk {
  const own = new ToyDisk();
  for (const directory of ['log', 'snapshot'] as const) {
    for (const name of disk.list(directory)) {
      own.put(directory, name, disk.file(name, directory).slice());
    }
  }
  return own;
}

function spliced(bytes: Uint8Array, edit: Extract<Edit, { kind: 'splice' }>): Uint8Array {
  const { at, remove, insert } = edit;
  return new Uint8Array(
    Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]),
  );
}

function resealed(file: string, bytes: Uint8Array): Uint8Array {
  return directoryOf(file) === 'log' ? resealLog(bytes) : resealSnapshot(bytes);
}

/** One damage to a file, mostly where something is. */
function generateSplice(file: string, bytes: Uint8Array, prng: Prng): Edit {
  const at = generatePlace(file, bytes, prng);
  const left = bytes.length - at;
  const count = Math.min(left, 1 + prng.below(prng.chance(0.2) ? 1_500 : 24));
  const edit = { kind: 'splice', file, at } as const;
  switch (prng.below(10)) {
    case 0:
      return { ...edit, remove: left, insert: new Uint8Array(0) };
    case 1:
      return { ...edit, remove: count, insert: new Uint8Array(0) };
    case 2:
      return { ...edit, remove: 0, insert: bytes.slice(at, at + count) };
    case 3:
      return { ...edit, remove: count, insert: new Uint8Array(count) };
    case 4:
      return { ...edit, remove: count, insert: new Uint8Array(count).fill(0xff) };
    case 5:
      return { ...edit, remove: 0, insert: randomBytes(prng, count) };
    case 6:
      return { ...edit, remove: 4, insert: intBytes(prng.pick(INTERESTING_INTS)) };
    default:
      return { ...edit, remove: 1, insert: Uint8Array.of((bytes[at] ?? 0) ^ (1 << prng.below(8))) };
  }
}

function generatePlace(file: string, bytes: Uint8Array, prng: Prng): number {
  const starts = directoryOf(file) === 'log' ? recordStarts(bytes) : [0];
  if (prng.chance(0.3))
    return Math.min(bytes.length, prng.pick(starts) + prng.below(HEAD_BYTES + 33));
  const used = directoryOf(file) === 'log' ? (starts.at(-1) ?? 0) + 200 : bytes.length;
  return prng.below(Math.min(bytes.length, prng.chance(0.9) ? used : bytes.length) + 1);
}

/** Damage that keeps the sizes right, inside the payload of a record or anywhere in a snapshot. */
function generateInnerEdit(file: string, bytes: Uint8Array, prng: Prng): Edit {
  const isLog = directoryOf(file) === 'log';
  const starts = recordStarts(bytes);
  const which = prng.below(Math.max(1, starts.length - 1));
  const from = isLog ? (starts[which] ?? 0) + HEAD_BYTES : 16;
  const to = isLog ? (starts[which + 1] ?? from + 2) - 1 : bytes.length - 67;
  const at = prng.between(from, Math.max(from, to - 4));
  const insert = prng.chance(0.5) ? intBytes(prng.pick(INTERESTING_INTS)) : randomBytes(prng, 1);
  return { kind: 'splice', file, at, remove: insert.length, insert };
}

function generateFor(directory: 'log' | 'snapshot', prng: Prng): DamagedDirectory {
  const base = prng.below(BASES);
  const { disk } = baseOf(base);
  const pattern = directory === 'log' ? /^log\./ : /^snapshot\./;
  const names = disk.list(directory).filter((name) => pattern.test(name));
  const edits: Edit[] = [];
  const isResealed = prng.chance(0.4);
  for (let left = prng.between(1, 2); left > 0; left--) {
    const file = prng.chance(0.6) ? (names.at(-1) ?? '') : prng.pick(names);
    const bytes = disk.file(file, directory);
    if (isResealed) edits.push(generateInnerEdit(file, bytes, prng), { kind: 'reseal', file });
    else if (prng.chance(0.05)) edits.push({ kind: 'remove', file });
    else edits.push(generateSplice(file, bytes, prng));
  }
  if (prng.chance(0.05)) {
    edits.push(generateSplice(WATERMARK_NAME, disk.file(WATERMARK_NAME), prng));
  }
  return { base, edits };
}

function check(input: DamagedDirectory): void {
  const disk = damaged(input);
  const { result, recovery } = recoverDisk(disk);
  if (!result.ok) {
    assert.ok(result.file !== '', `no file: ${result.reason}`);
    assert.ok(result.reason !== '', 'no reason');
    assert.ok(result.offset >= 0, `offset ${result.offset}`);
    return;
  }
  // What a checksum vouches for cannot be told from what was written.
  if (input.edits.some(({ kind }) => kind === 'reseal')) return;
  const { digests, syncedZxid } = baseOf(input.base);
  const isTrusted = input.edits.every(({ file }) => file !== WATERMARK_NAME);
  const { lastZxid } = result;
  if (isTrusted) assert.ok(lastZxid >= syncedZxid, `synced ${syncedZxid}, recovered ${lastZxid}`);
  const expected = digests.get(lastZxid);
  const { tree } = recovery.database;
  if (expected !== undefined) assert.equal(tree.digest.toBigInt(), expected, 'another tree');
  assert.deepEqual(recovery.digestMismatches, []);
  // The repairs must do, too: a server begins here, works, and can be begun again.
  const fuzz = new FuzzServer(disk);
  fuzz.receive(fuzz.connect(), framed(connectBody()));
  fuzz.assertRecoverable();
}

function storageTarget(directory: 'log' | 'snapshot'): FuzzTarget<DamagedDirectory> {
  return {
    name: directory,
    generate: (prng) => generateFor(directory, prng),
    check,
    encode: ({ base, edits }) => `base ${base}\n${edits.map(encodeEdit).join('\n')}\n`,
    decode(text) {
      const [first = '', ...lines] = text.trim().split('\n');
      return { base: Number(first.slice('base '.length)), edits: lines.map(decodeEdit) };
    },
    *smaller({ base, edits }) {
      for (const fewer of smallerLists(edits)) yield { base, edits: fewer };
    },
  };
}

function encodeEdit(edit: Edit): string {
  if (edit.kind !== 'splice') return `${edit.kind} ${edit.file}`;
  return `splice ${edit.file} ${edit.at} ${edit.remove} ${toHex(edit.insert)}`;
}

function decodeEdit(line: string): Edit {
  const [kind, file = '', at = '', remove = '', hex = ''] = line.split(' ');
  if (kind === 'remove' || kind === 'reseal') return { kind, file };
  assert.equal(kind, 'splice', line);
  return { kind: 'splice', file, at: Number(at), remove: Number(remove), insert: fromHex(hex) };
}

export const logTarget = storageTarget('log');
export const snapshotTarget = storageTarget('snapshot');
