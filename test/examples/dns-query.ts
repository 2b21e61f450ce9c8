/** Queries to a name server, over UDP and TCP, and what dns-packet reads in an answer. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { decode, encode, type Packet, type Question } from 'dns-packet';

const PATIENCE_MS = 2_000;

export function queryOf(name: string, type: string, more: Packet = {}): Buffer {
  const questions = [{ name, type, class: 'IN' } as Question];
  return encode({ type: 'query', id: 4711, questions, ...more });
}

/** EDNS, with the greatest answer that is welcome. */
export function ednsOf(udpPayloadSize: number, ednsVersion = 0): Packet {
  const edns = { name: '.', type: 'OPT', udpPayloadSize, extendedRcode: 0, ednsVersion } as const;
  return { additionals: [{ ...edns, flags: 0, flag_do: false, options: [] }] };
}

/** Rejects when nothing comes, or nobody is there. */
export async function askUdp(port: number, query: Buffer): Promise<Buffer> {
  const socket = createSocket('udp4');
  try {
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.send(query);
    const [answer] = await once(socket, 'message', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer as Buffer;
  } finally {
    socket.close();
  }
}

/** All that comes for these bytes, until the server has ended. */
export async function askTcp(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = createConnection(port, '127.0.0.1');
  socket.end(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

export interface Seen {
  readonly rcode: number;
  readonly isTruncated: boolean;
  readonly isAuthoritative: boolean;
  readonly names: readonly string[];
  /** Data of the answers, sorted; texts of a TXT are joined. */
  readonly data: readonly string[];
  readonly authorities: readonly string[];
  readonly extras: readonly string[];
  readonly questions: readonly string[];
}

export function read(answer: Buffer): Seen {
  const packet = decode(answer);
  const { answers = [], authorities = [], additionals = [], questions = [], flags = 0 } = packet;
  return {
    rcode: flags & 0xf,
    isTruncated: packet.flag_tc,
    isAuthoritative: packet.flag_aa,
    names: answers.map(({ name }) => name),
    data: answers.map((each) => describe('data' in each ? each.data : undefined)).toSorted(),
    authorities: authorities.map(({ type }) => type),
    extras: additionals.map(({ type }) => type),
    questions: questions.map(({ name }) => name),
  };
}

function describe(data: unknown): string {
  if (Array.isArray(data)) return data.map(String).join(' ');
  return typeof data === 'string' ? data : JSON.stringify(data);
}
