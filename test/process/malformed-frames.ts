/**
 * The table of malformed input: bytes before and after the handshake, and what must come of each.
 * The expectations are the Java server's (3.8), seen by sending it the same bytes; where it closes,
 * `reason` is what our log says of it. Two are ours, and stricter: Java lets a client ask for
 * createSession (and fails to decode it), and does not answer a check outside of a multi at all.
 */
import {
  bool,
  buf,
  cat,
  connectBody,
  int,
  long,
  Op,
  openAcl,
  str,
  vec,
} from '../interop/raw-client.ts';

export interface MalformedInput {
  readonly name: string;
  /** The bytes as they go over the wire, framed or not. */
  readonly bytes: Buffer;
  /** Sent in place of a ConnectRequest, and not after one. */
  readonly isFirst?: true;
  /** The error codes of the replies, in order; empty when there is none. */
  readonly errors: readonly number[];
  /** Why the connection ends; absent when it lives on. */
  readonly reason?: RegExp;
}

const XID = 7;
const MARSHALLING = -5;
const UNIMPLEMENTED = -6;
const BAD_ARGUMENTS = -8;
const NO_NODE = -101;
const INVALID_ACL = -114;

const frame = (...parts: readonly Buffer[]): Buffer => buf(cat(...parts));
const request = (type: number, ...body: readonly Buffer[]): Buffer =>
  frame(int(XID), int(type), ...body);
const claimed = (length: number, bytes: Buffer): Buffer => cat(int(length), bytes);
const bytesOf = (...bytes: readonly number[]): Buffer => buf(Buffer.from(bytes));
const INT_MAX = 0x7fffffff;
const INT_MIN = -0x80000000;

const create = (path: Buffer, data = buf('')): Buffer =>
  request(Op.create, path, data, vec([openAcl]), int(0));

const header = (type: number, isDone: boolean): Buffer => cat(int(type), bool(isDone), int(-1));

const LENGTH = /Len error/;

const framing: readonly MalformedInput[] = [
  { name: 'length -1', bytes: int(-1), errors: [], reason: LENGTH },
  { name: 'length -2³¹', bytes: int(INT_MIN), errors: [], reason: LENGTH },
  { name: 'length 2³¹-1', bytes: int(INT_MAX), errors: [], reason: LENGTH },
  { name: 'length over jute.maxbuffer', bytes: int(1_048_576), errors: [], reason: LENGTH },
  {
    name: 'an HTTP request',
    bytes: Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    errors: [],
    reason: LENGTH,
  },
  { name: 'a TLS ClientHello', bytes: Buffer.from('160301020001', 'hex'), errors: [], reason: /./ },
];

const handshakes: readonly MalformedInput[] = [
  { name: 'an empty frame', bytes: frame(), errors: [], reason: /./ },
  {
    name: 'a ConnectRequest cut in its password',
    bytes: frame(connectBody().subarray(0, 30)),
    errors: [],
    reason: /./,
  },
  {
    name: 'a password of length 2³¹-1',
    bytes: frame(int(0), long(0n), int(1000), long(0n), int(INT_MAX)),
    errors: [],
    reason: /./,
  },
  {
    name: 'a password of length -2',
    bytes: frame(int(0), long(0n), int(1000), long(0n), int(-2)),
    errors: [],
    reason: /./,
  },
  {
    name: 'a request in place of a ConnectRequest',
    bytes: request(Op.getData, str('/'), bool(false)),
    errors: [],
    reason: /./,
  },
  {
    name: 'a zxid from the future',
    bytes: frame(connectBody({ lastZxidSeen: 0x7fffffffffffn })),
    errors: [],
    reason: /newer zxid/,
  },
].map((each) => ({ ...each, isFirst: true as const }));

const headers: readonly MalformedInput[] = [
  { name: 'an empty frame', bytes: frame(), errors: [], reason: /./ },
  { name: 'half a request header', bytes: frame(int(XID)), errors: [], reason: /./ },
  {
    name: 'a second ConnectRequest',
    bytes: frame(connectBody()),
    errors: [UNIMPLEMENTED],
    reason: /unknown operation: 0/,
  },
  ...[0, 10, 99, 9999, INT_MAX, INT_MIN, -1, Op.createSession].map((type) => ({
    name: `op code ${type}`,
    bytes: request(type),
    errors: [UNIMPLEMENTED],
    reason: /unknown operation/,
  })),
  {
    name: 'a check outside of a multi',
    bytes: request(Op.check, str('/'), int(-1)),
    errors: [UNIMPLEMENTED],
    reason: /not allowed alone/,
  },
];

const bodies: readonly MalformedInput[] = [
  ...[Op.getData, Op.exists, Op.getChildren, Op.setData, Op.delete, Op.create].flatMap((type) => [
    { name: `op ${type} without a body`, bytes: request(type), errors: [MARSHALLING] },
    {
      name: `op ${type} with a path of length 2³¹-1`,
      bytes: request(type, int(INT_MAX)),
      errors: [MARSHALLING],
    },
    {
      name: `op ${type} with a path of length -2`,
      bytes: request(type, int(-2), int(0), int(0), int(0)),
      errors: [MARSHALLING],
    },
  ]),
  {
    name: 'a path longer than its frame',
    bytes: request(Op.getData, claimed(100, Buffer.from('/a'))),
    errors: [MARSHALLING],
  },
  {
    name: 'an ACL of 2³¹-1 entries',
    bytes: request(Op.create, str('/x'), buf(''), int(INT_MAX), int(0)),
    errors: [MARSHALLING],
  },
  {
    name: 'an ACL of -2 entries',
    bytes: request(Op.create, str('/x'), buf(''), int(-2), int(0)),
    errors: [INVALID_ACL],
  },
  {
    name: 'setWatches of 2³¹-1 paths',
    bytes: request(Op.setWatches, long(0n), int(INT_MAX)),
    errors: [MARSHALLING],
  },
  {
    name: 'a multi without its end',
    bytes: request(Op.multi, header(Op.delete, false), str('/x'), int(-1)),
    errors: [MARSHALLING],
  },
  {
    name: 'a multi with an unknown operation in it',
    bytes: request(Op.multi, header(99, false), header(-1, true)),
    errors: [MARSHALLING],
  },
  {
    name: 'a multi in a multi',
    bytes: request(Op.multi, header(Op.multi, false), header(-1, true), header(-1, true)),
    errors: [MARSHALLING],
  },
  {
    name: 'bytes after a good request',
    bytes: request(Op.getData, str('/none'), bool(false), Buffer.alloc(50, 0xff)),
    errors: [NO_NODE],
  },
];

const paths: readonly MalformedInput[] = [
  ...['', 'a', '//', '/.', '/..', '/\u0001', '/a\u0000', '/\ud83d\ude00'].map((path) => ({
    name: `create ${JSON.stringify(path)}`,
    bytes: create(str(path)),
    errors: [BAD_ARGUMENTS],
  })),
  // The parent is looked for before the path is judged.
  ...['/a/', '/a/../b'].map((path) => ({
    name: `create ${path}`,
    bytes: create(str(path)),
    errors: [NO_NODE],
  })),
  { name: 'create null', bytes: create(str(null)), errors: [MARSHALLING] },
  {
    name: 'create of a path that is no UTF-8',
    bytes: create(bytesOf(0x2f, 0xff, 0xfe)),
    errors: [BAD_ARGUMENTS],
  },
  {
    name: 'getData of a path that is no UTF-8',
    bytes: request(Op.getData, bytesOf(0x2f, 0xc0, 0x80), bool(false)),
    errors: [NO_NODE],
  },
  {
    name: 'getData __proto__',
    bytes: request(Op.getData, str('/__proto__'), bool(false)),
    errors: [NO_NODE],
  },
  {
    name: 'getData of ten thousand levels',
    bytes: request(Op.getData, str('/a'.repeat(10_000)), bool(false)),
    errors: [NO_NODE],
  },
];

const MEGABYTE = 1_000_000;

const aclOf = (scheme: string, id: string): Buffer =>
  request(Op.create, str('/x'), buf(''), vec([cat(int(31), str(scheme), str(id))]), int(0));

/** Texts on which a careless pattern or split takes minutes, and everybody waits. */
const slowTexts: readonly MalformedInput[] = [
  ...[
    `${':'.repeat(MEGABYTE)}x`,
    `x${':'.repeat(MEGABYTE)}`,
    '/'.repeat(MEGABYTE),
    '1.'.repeat(MEGABYTE / 2),
  ].flatMap((id) =>
    ['digest', 'ip'].map((scheme) => ({
      name: `a megabyte of ${id.slice(0, 2)} as an id of ${scheme}`,
      bytes: aclOf(scheme, id),
      errors: [INVALID_ACL],
    })),
  ),
  {
    name: 'a megabyte of spaces as a prefix',
    bytes: request(Op.getEphemerals, str(`${' '.repeat(MEGABYTE)}x`)),
    errors: [0],
  },
  {
    name: 'create of a megabyte of slashes',
    bytes: create(str('/'.repeat(MEGABYTE))),
    errors: [NO_NODE],
  },
  {
    name: 'getData of half a million levels',
    bytes: request(Op.getData, str('/a'.repeat(MEGABYTE / 2)), bool(false)),
    errors: [NO_NODE],
  },
  {
    name: 'an auth packet of a megabyte of colons',
    bytes: frame(int(-4), int(Op.auth), int(0), str('digest'), buf(':'.repeat(MEGABYTE))),
    errors: [0],
  },
  {
    name: 'a multi of 50,000 deletes',
    bytes: request(
      Op.multi,
      Buffer.concat(
        Array.from({ length: 50_000 }, () => cat(header(Op.delete, false), str('/'), int(-1))),
      ),
      header(-1, true),
    ),
    errors: [0],
  },
];

export const malformedInputs: readonly MalformedInput[] = [
  ...framing.map((each) => ({ ...each, name: `${each.name}, first`, isFirst: true as const })),
  ...framing,
  ...handshakes,
  ...headers,
  ...bodies,
  ...paths,
  ...slowTexts,
];

/** The reply's xid that each of them asks for. */
export const MALFORMED_XID = XID;
