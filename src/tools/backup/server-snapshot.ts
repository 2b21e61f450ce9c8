/**
 * A backup through a server's AdminServer: a snapshot that it takes because we ask, as a chain of
 * its own. From another host, and without the txns in between.
 */
import { createHash } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Zxid } from '../../base/zxid.ts';
import { snapshotName } from '../../core/storage/file-names.ts';
import { SNAPPY_MAGIC } from '../../core/storage/snappy.ts';
import { makeDirectory } from '../files/make-directory.ts';
import { makeFile } from '../files/new-file.ts';
import { syncDirectory } from '../files/sync-directory.ts';
import { ToolError } from '../tool-error.ts';
import type { PassResult } from './backup-run.ts';
import { describeCopy } from './copy-snapshot.ts';
import { chainName, readManifest, versionDirectory, writeManifest } from './manifest.ts';

export interface ServerSnapshotOptions {
  readonly target: string;
  /** `host:port`, or a URL. */
  readonly server: string;
  /** The Authorization header; undefined for none. */
  readonly auth: string | undefined;
}

/** By the first bytes of the stream. */
const COMPRESSIONS = [
  { suffix: '.gz', magic: [0x1f, 0x8b] },
  { suffix: '.snappy', magic: SNAPPY_MAGIC },
] as const;

export async function backUpServer(options: ServerSnapshotOptions): Promise<PassResult> {
  const { target, server } = options;
  const url = snapshotUrl(server);
  const chains = readManifest(target)?.chains ?? [];
  const name = chainName(chains.length + 1);
  const directory = versionDirectory(target, { name });
  makeDirectory(directory);
  const snapshot = await download(url, options.auth, directory);
  for (const path of [directory, dirname(directory), target]) syncDirectory(path);
  const updated = new Date().toISOString();
  const chain = { name, snapshots: [snapshot], logs: [] };
  writeManifest(target, { source: url.origin, updated, chains: [...chains, chain] });
  return { chain: name, zxid: snapshot.zxid, txns: 0, snapshots: 1 };
}

function snapshotUrl(server: string): URL {
  try {
    const url = new URL(/^https?:\/\//.test(server) ? server : `http://${server}`);
    if (url.pathname === '/') url.pathname = '/commands';
    return new URL(`${url.origin}${url.pathname}/snapshot?streaming=true`);
  } catch {
    throw new ToolError(`${server} is no server: host:port of its AdminServer, or its URL.`);
  }
}

async function download(url: URL, auth: string | undefined, directory: string) {
  const response = await ask(url, auth);
  const zxid = zxidOf(response, url);
  const path = join(directory, 'snapshot.part');
  rmSync(path, { force: true });
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  const bytes = await makeFile(path, async (file) => {
    for await (const piece of response.body ?? []) {
      if (head.length < SNAPPY_MAGIC.length) head = Buffer.concat([head, piece]);
      hash.update(piece);
      file.write(piece);
    }
    return file.bytes;
  }).catch((error: unknown) => {
    throw interrupted(url, error);
  });
  const compression = COMPRESSIONS.find(({ magic }) =>
    magic.every((byte, at) => head[at] === byte),
  );
  const named = join(directory, `${snapshotName(zxid, '')}${compression?.suffix ?? ''}`);
  renameSync(path, named);
  return describeCopy(named, { bytes, sha256: hash.digest('hex'), madeMs: Date.now() });
}

async function ask(url: URL, auth: string | undefined): Promise<Response> {
  const headers = auth === undefined ? {} : { Authorization: auth };
  const response = await fetch(url, { headers }).catch((error: unknown) => {
    const reason = causeOf(error);
    throw new ToolError(
      `${url.origin} cannot be reached (${reason}): name the port of the AdminServer, which is ` +
        'there with admin.enableServer=true.',
    );
  });
  if (response.ok && response.headers.has('last_zxid')) return response;
  const text = await response.text().catch((error: unknown) => {
    throw interrupted(url, error);
  });
  const reason = /"error"\s*:\s*"([^"]*)"/.exec(text)?.[1] ?? response.statusText;
  throw new ToolError(
    `${url.origin} gives no snapshot (${response.status}: ${reason})${hint(response)}`,
  );
}

function hint({ status }: Response): string {
  if (status === 401) return "; say who asks, as by --auth 'digest user:password'.";
  if (status === 403) return '; who asks needs all permissions of the node /.';
  if (status === 429) return '; one was taken a moment ago: wait.';
  if (status === 503) return '; switch it on with admin.snapshot.enabled=true.';
  return '; it must be an AdminServer of 3.9 or later, of a server that serves.';
}

function zxidOf({ headers }: Response, url: URL): Zxid {
  const zxid = Number(headers.get('last_zxid'));
  if (Number.isSafeInteger(zxid)) return zxid;
  throw new ToolError(`${url.origin} sends a snapshot without its zxid: it is no AdminServer.`);
}

function interrupted(url: URL, error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  return new ToolError(`${url.origin} cut its answer off (${causeOf(error)}): run this again.`);
}

/** What the system says of a connection that failed. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
