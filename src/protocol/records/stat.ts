/** A node's figures: as clients see them (Stat) and as they are stored (StatPersisted). */
import { type Infer, int, millis, record, sessionId, zxid } from '../jute/schema.ts';

/** 68 bytes. `cversion` counts child creates and deletes; `dataLength` in bytes. */
export type Stat = Infer<typeof Stat>;
export const Stat = record('Stat', {
  czxid: zxid,
  mzxid: zxid,
  ctime: millis,
  mtime: millis,
  version: int,
  cversion: int,
  aversion: int,
  ephemeralOwner: sessionId,
  dataLength: int,
  numChildren: int,
  pzxid: zxid,
});

/** 60 bytes. `cversion` counts child creates only; `ephemeralOwner` also holds the node's kind. */
export type StatPersisted = Infer<typeof StatPersisted>;
export const StatPersisted = record('StatPersisted', {
  czxid: zxid,
  mzxid: zxid,
  ctime: millis,
  mtime: millis,
  version: int,
  cversion: int,
  aversion: int,
  ephemeralOwner: sessionId,
  pzxid: zxid,
});
