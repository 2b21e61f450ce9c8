// Answers as comparable text: every byte is shown, but times are 'T', session ids are the names of
// the scenario's clients and zxids count from the scenario's first. A body that does not read to
// its last byte as the record that its op promises is shown as plain hex.

import { Op, type RawReply } from '../raw-client.ts';

const RECENT_MS = 3_600_000n;

/** What the masks need to know of the scenario that runs. */
export interface Masks {
  readonly baseZxid: bigint;
  readonly sessions: ReadonlyMap<bigint, string>;
}

class Cursor {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  int(): number {
    this.#offset += 4;
    return this.#bytes.readInt32BE(this.#offset - 4);
  }

  long(): bigint {
    this.#offset += 8;
    return this.#bytes.readBigInt64BE(this.#offset - 8);
  }

  byte(): number {
    this.#offset += 1;
    return this.#bytes.readUInt8(this.#offset - 1);
  }

  buffer(): Buffer | null {
    const length = this.int();
    if (length === -1) return null;
    if (length < 0 || length > this.left) throw new RangeError(`Length ${length}.`);
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  text(): string {
    const bytes = this.buffer();
    return bytes === null ? 'null' : JSON.stringify(bytes.toString('utf8'));
  }

  list(item: () => string): string[] | null {
    const count = this.int();
    return count === -1 ? null : Array.from({ length: count }, item);
  }
}

const zxidText = (zxid: bigint, masks: Masks): string => {
  if (zxid === 0n || zxid === -1n) return String(zxid);
  return zxid < masks.baseZxid ? 'old' : `+${zxid - masks.baseZxid}`;
};

const timeText = (time: bigint): string => {
  const age = BigInt(Date.now()) - time;
  return age > -RECENT_MS && age < RECENT_MS ? 'T' : String(time);
};

const sessionText = (id: bigint, masks: Masks): string =>
  id === 0n ? '0' : (masks.sessions.get(id) ?? `0x${BigInt.asUintN(64, id).toString(16)}`);

const dataText = (data: Buffer | null): string => {
  if (data === null) return 'null';
  const text = data.toString('utf8');
  return /^[\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : `hex:${data.toString('hex')}`;
};

const statText = (cursor: Cursor, masks: Masks): string => {
  const czxid = zxidText(cursor.long(), masks);
  const mzxid = zxidText(cursor.long(), masks);
  const times = `ctime=${timeText(cursor.long())} mtime=${timeText(cursor.long())}`;
  const versions = `v=${cursor.int()} cv=${cursor.int()} av=${cursor.int()}`;
  const owner = sessionText(cursor.long(), masks);
  const sizes = `len=${cursor.int()} n=${cursor.int()}`;
  const pzxid = zxidText(cursor.long(), masks);
  return `{c=${czxid} m=${mzxid} p=${pzxid} ${times} ${versions} owner=${owner} ${sizes}}`;
};

const namesText = (cursor: Cursor): string => {
  const names = cursor.list(() => cursor.text());
  // ZooKeeper promises no order; Java's is that of a hash set.
  return names === null ? 'null' : `[${names.sort().join(' ')}]`;
};

/** `auth` becomes the session's ids in the order of Java's hash set, so neighbours are sorted. */
const sortDigestRuns = (entries: readonly string[]): string[] => {
  const kindOf = (entry: string): string => /^-?\d+:"digest"/.exec(entry)?.[0] ?? entry;
  const runs: string[][] = [];
  for (const entry of entries) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && kindOf(last[0]) === kindOf(entry)) last.push(entry);
    else runs.push([entry]);
  }
  return runs.flatMap((run) => run.sort());
};

const aclText = (cursor: Cursor): string => {
  const entries = cursor.list(() => `${cursor.int()}:${cursor.text()}:${cursor.text()}`);
  return entries === null ? 'null' : `[${sortDigestRuns(entries).join(' ')}]`;
};

type BodyText = (cursor: Cursor, masks: Masks) => string;

const pathAndStat: BodyText = (cursor, masks) => `${cursor.text()} ${statText(cursor, masks)}`;
const dataAndStat: BodyText = (cursor, masks) =>
  `${dataText(cursor.buffer())} ${statText(cursor, masks)}`;

const subResults: Record<number, BodyText> = {
  [Op.create]: (cursor) => cursor.text(),
  [Op.create2]: pathAndStat,
  [Op.createContainer]: pathAndStat,
  [Op.createTTL]: pathAndStat,
  [Op.delete]: () => '',
  [Op.check]: () => '',
  [Op.setData]: statText,
  [Op.getChildren]: namesText,
  [Op.getData]: dataAndStat,
  [-1]: (cursor) => `err=${cursor.int()}`,
};

const multiText: BodyText = (cursor, masks) => {
  const results: string[] = [];
  while (cursor.left > 0) {
    const type = cursor.int();
    const done = cursor.byte();
    const header = `${type}/${done}/${cursor.int()}`;
    if (done !== 0) {
      results.push(header);
      break;
    }
    const body = subResults[type];
    if (body === undefined) throw new RangeError(`Result type ${type}.`);
    results.push(`${header} ${body(cursor, masks)}`.trim());
  }
  return `[${results.join(' | ')}]`;
};

const bodies: Record<number, BodyText> = {
  [Op.create]: (cursor) => cursor.text(),
  [Op.create2]: pathAndStat,
  [Op.createContainer]: pathAndStat,
  [Op.createTTL]: pathAndStat,
  [Op.exists]: statText,
  [Op.getData]: dataAndStat,
  [Op.setData]: statText,
  [Op.getACL]: (cursor, masks) => `${aclText(cursor)} ${statText(cursor, masks)}`,
  [Op.setACL]: statText,
  [Op.getChildren]: namesText,
  [Op.getChildren2]: (cursor, masks) => `${namesText(cursor)} ${statText(cursor, masks)}`,
  [Op.sync]: (cursor) => cursor.text(),
  [Op.multi]: multiText,
  [Op.multiRead]: multiText,
  [Op.reconfig]: dataAndStat,
  [Op.sasl]: (cursor) => dataText(cursor.buffer()),
  [Op.getEphemerals]: namesText,
  [Op.getAllChildrenNumber]: (cursor) => String(cursor.int()),
  [Op.addWatch]: (cursor) => `err=${cursor.int()}`,
  [Op.whoAmI]: (cursor) =>
    `[${(cursor.list(() => `${cursor.text()}:${cursor.text()}`) ?? []).sort().join(' ')}]`,
};

const bodyText = (type: number, body: Buffer, masks: Masks): string => {
  const render = bodies[type];
  if (body.length === 0) return '';
  if (render === undefined) return `hex:${body.toString('hex')}`;
  try {
    const cursor = new Cursor(body);
    const text = render(cursor, masks);
    return cursor.left === 0 ? text : `hex:${body.toString('hex')}`;
  } catch (error) {
    if (error instanceof RangeError) return `hex:${body.toString('hex')}`;
    throw error;
  }
};

/** An answer to a request of this type; undefined is the closed connection. */
export const replyText = (type: number, reply: RawReply | undefined, masks: Masks): string => {
  if (reply === undefined) return 'closed';
  const header = `xid=${reply.xid} zxid=${zxidText(reply.zxid, masks)} err=${reply.err}`;
  return `${header} ${bodyText(type, reply.body, masks)}`.trim();
};

/** A notification. */
export const eventText = (event: RawReply, masks: Masks): string => {
  const cursor = new Cursor(event.body);
  const header = `zxid=${zxidText(event.zxid, masks)} err=${event.err}`;
  const text = `event ${header} type=${cursor.int()} state=${cursor.int()} ${cursor.text()}`;
  return cursor.left === 0 ? text : `event hex:${event.body.toString('hex')}`;
};

/** A ConnectResponse: ids and passwords differ, their presence and lengths do not. */
export const connectText = (frame: Buffer | undefined, masks: Masks): string => {
  if (frame === undefined) return 'closed';
  if (frame.length < 36) return `hex:${frame.toString('hex')}`;
  const cursor = new Cursor(frame);
  const version = cursor.int();
  const timeOut = cursor.int();
  const session = sessionText(cursor.long(), masks).replace(/^0x.*/, 'new');
  const passwd = cursor.buffer();
  const isZero = passwd?.every((byte) => byte === 0) ?? true;
  const secret = `${passwd?.length ?? 'null'}${isZero ? ' zero' : ''}`;
  const rest = frame.subarray(frame.length - cursor.left).toString('hex');
  return `version=${version} timeOut=${timeOut} session=${session} passwd=${secret} rest=${rest}`;
};
