// Request bodies byte by byte, one builder per record that a client sends. Like raw-client.ts it
// shares nothing with src/.

import { bool, buf, cat, int, long, openAcl, str, strings, vec } from './raw-client.ts';

export interface CreateBody {
  readonly data?: string | Uint8Array | null;
  readonly acl?: readonly Buffer[] | null;
  readonly flags?: number;
}

export const createBody = (path: string | null, more: CreateBody = {}): Buffer =>
  cat(
    str(path),
    buf(more.data === undefined ? 'x' : more.data),
    vec(more.acl === undefined ? [openAcl] : more.acl),
    int(more.flags ?? 0),
  );

export const createTtlBody = (path: string, ttl: bigint, more: CreateBody = {}): Buffer =>
  cat(createBody(path, { flags: 5, ...more }), long(ttl));

export const pathBody = (path: string | null): Buffer => str(path);

export const pathWatchBody = (path: string | null, watch = false): Buffer =>
  cat(str(path), bool(watch));

/** delete, check. */
export const pathVersionBody = (path: string | null, version = -1): Buffer =>
  cat(str(path), int(version));

export const setDataBody = (
  path: string | null,
  data: string | Uint8Array | null,
  version = -1,
): Buffer => cat(str(path), buf(data), int(version));

export const setAclBody = (
  path: string | null,
  acls: readonly Buffer[] | null,
  version = -1,
): Buffer => cat(str(path), vec(acls), int(version));

/** addWatch (mode), removeWatches and checkWatches (watcher type). */
export const pathIntBody = (path: string | null, value: number): Buffer =>
  cat(str(path), int(value));

export const authBody = (scheme: string | null, auth: string | null): Buffer =>
  cat(int(0), str(scheme), buf(auth));

export interface WatchPaths {
  readonly data?: readonly string[];
  readonly exist?: readonly string[];
  readonly child?: readonly string[];
  readonly persistent?: readonly string[];
  readonly recursive?: readonly string[];
}

export const setWatchesBody = (relativeZxid: bigint, paths: WatchPaths): Buffer =>
  cat(
    long(relativeZxid),
    strings(paths.data ?? []),
    strings(paths.exist ?? []),
    strings(paths.child ?? []),
  );

export const setWatches2Body = (relativeZxid: bigint, paths: WatchPaths): Buffer =>
  cat(
    setWatchesBody(relativeZxid, paths),
    strings(paths.persistent ?? []),
    strings(paths.recursive ?? []),
  );

export type SubOp = readonly [type: number, body: Buffer];

const multiHeader = (type: number, done: boolean, err: number): Buffer =>
  cat(int(type), bool(done), int(err));

/** multi and multiRead. */
export const multiBody = (ops: readonly SubOp[]): Buffer =>
  cat(
    ...ops.map(([type, body]) => cat(multiHeader(type, false, -1), body)),
    multiHeader(-1, true, -1),
  );

export const reconfigBody = (members: {
  joining?: string | null;
  leaving?: string | null;
  all?: string | null;
  configId?: bigint;
}): Buffer =>
  cat(
    str(members.joining ?? null),
    str(members.leaving ?? null),
    str(members.all ?? null),
    long(members.configId ?? -1n),
  );
