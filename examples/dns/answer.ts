/**
 * What a name server answers, without a socket: RFC 1034 and 1035, 2308 (what is not there), 2782
 * (SRV), 6891 (EDNS). Bytes are the business of dns-packet.
 */
import {
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  DNSSEC_OK,
  decode,
  encode,
  type OptAnswer,
  type Packet,
  type Question,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { ZONE } from './layout.ts';
import { weightedOrder } from './weighted-order.ts';
import { SOA, type Zone, type ZoneRecord } from './zone.ts';

export interface Asked {
  readonly zone: Zone;
  readonly transport: 'udp' | 'tcp';
  random(): number;
}

/** As they stand in the flags. */
export const RCODE = { NOERROR: 0, FORMERR: 1, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;
/** The upper part of an extended code; the lower one is 0. */
const BADVERS = 1;
const OPCODE_BITS = 0xf << 11;

const HEADER_BYTES = 12;
/** What the header says before it counts what follows. */
const ID_AND_FLAGS_BYTES = 4;
/** The smaller one without EDNS; the larger one passes nearly everywhere in one piece. */
const UDP_BYTES = { min: 512, max: 1232 };
const TCP_BYTES_MAX = 2 ** 16 - 1;

/** Not types of records: transfers of the zone, and all that there is (RFC 8482). */
const META_TYPES: readonly string[] = ['AXFR', 'IXFR', 'ANY'];

type Outcome = Pick<Packet, 'flags' | 'answers' | 'authorities' | 'additionals'>;

/** Undefined when it is better to say nothing. */
export function answer(message: Buffer, asked: Asked): Buffer | undefined {
  if (message.length < HEADER_BYTES) return undefined;
  const { id, type, flags = 0 } = decodeHeader(message);
  // Two that answer each other's answers would never stop.
  if (type === 'response') return undefined;
  const kept = flags & (OPCODE_BITS | RECURSION_DESIRED);
  const reply = (outcome: Outcome): Packet => {
    return { ...outcome, id, type: 'response', flags: kept | (outcome.flags ?? 0) };
  };
  if ((flags & OPCODE_BITS) !== 0) return encode(reply({ flags: RCODE.NOTIMP }));
  const { questions = [], additionals = [] } = decodeWhole(message) ?? {};
  const [question, ...others] = questions;
  const [edns, ...more] = additionals.filter((each) => each.type === 'OPT');
  if (question === undefined || others.length > 0 || more.length > 0) {
    return encode(reply({ flags: RCODE.FORMERR }));
  }
  const canRepeat = isRepeated(question, message);
  const outcome = canRepeat ? resolve(question, asked) : { flags: refusalOf(question) };
  const isOdd = edns !== undefined && edns.ednsVersion > 0;
  const whole = { ...reply(isOdd ? {} : outcome), questions: canRepeat ? [question] : [] };
  const bytesMax = asked.transport === 'tcp' ? TCP_BYTES_MAX : udpBytesMax(edns);
  return fit(whole, edns === undefined ? [] : [ownEdns(edns)], bytesMax);
}

function resolve({ name, type, class: group }: Question, { zone, random }: Asked): Outcome {
  const isInZone = `.${name}`.toLowerCase().endsWith(`.${ZONE}`);
  if (group !== 'IN' || META_TYPES.includes(type) || !isInZone) return { flags: RCODE.REFUSED };
  const bundles = zone.find(name);
  if (bundles === undefined) {
    return { flags: AUTHORITATIVE_ANSWER | RCODE.NXDOMAIN, authorities: [SOA] };
  }
  const all = weightedOrder(bundles, random).flatMap(({ records }) => records);
  const found = distinct(all.filter((each) => each.type === type));
  // The name is there, and has nothing of this type.
  if (found.length === 0) return { flags: AUTHORITATIVE_ANSWER, authorities: [SOA] };
  return {
    flags: AUTHORITATIVE_ANSWER,
    // In the letters in which it was asked: some look whether they come back.
    answers: found.map((each) => ({ ...each, name })),
    additionals: found.flatMap((each) => addressesFor(each, zone)),
  };
}

/** Those that are asked for next. */
function addressesFor(record: ZoneRecord, zone: Zone): ZoneRecord[] {
  const target = record.type === 'SRV' ? record.data.target : undefined;
  const name = record.type === 'NS' ? record.data : target;
  const bundles = name === undefined ? [] : (zone.find(name) ?? []);
  const records = bundles.flatMap((bundle) => bundle.records);
  return records.filter(({ type }) => type === 'A' || type === 'AAAA');
}

/** A set of records has none twice, though two instances may have the same address. */
function distinct(records: readonly ZoneRecord[]): ZoneRecord[] {
  const byData = new Map(records.map((each) => [JSON.stringify(each.data), each]));
  return [...byData.values()];
}

/** The addresses beside the answer are left out first; without the answer it is said to be cut. */
function fit(reply: Packet, edns: readonly OptAnswer[], bytesMax: number): Buffer {
  const whole = encode({ ...reply, additionals: [...(reply.additionals ?? []), ...edns] });
  if (whole.length <= bytesMax) return whole;
  const alone = encode({ ...reply, additionals: [...edns] });
  if (alone.length <= bytesMax) return alone;
  const { id, type, questions } = reply;
  const flags = (reply.flags ?? 0) | TRUNCATED_RESPONSE;
  return encode({ id, type, questions, flags, additionals: [...edns] });
}

function udpBytesMax(edns: OptAnswer | undefined): number {
  const wanted = edns?.udpPayloadSize ?? UDP_BYTES.min;
  return Math.min(Math.max(wanted, UDP_BYTES.min), UDP_BYTES.max);
}

function ownEdns({ ednsVersion, flags, flag_do }: OptAnswer): OptAnswer {
  return {
    name: '.',
    type: 'OPT',
    udpPayloadSize: UDP_BYTES.max,
    extendedRcode: ednsVersion > 0 ? BADVERS : 0,
    ednsVersion: 0,
    flags: flags & DNSSEC_OK,
    flag_do,
    options: [],
  };
}

/** Also of a message that has nothing else that could be read. */
function decodeHeader(message: Buffer): DecodedPacket {
  const alone = Buffer.alloc(HEADER_BYTES);
  message.copy(alone, 0, 0, ID_AND_FLAGS_BYTES);
  return decode(alone);
}

/** Null for what is no message: dns-packet throws whatever error it runs into. */
function decodeWhole(message: Buffer): DecodedPacket | null {
  try {
    const packet = decode(message);
    return decode.bytes === message.length ? packet : null;
  } catch {
    return null;
  }
}

/** False for labels with dots or other bytes in them, which dns-packet does not keep apart. */
function isRepeated(question: Question, message: Buffer): boolean {
  const bytes = encode({ questions: [question] }).subarray(HEADER_BYTES);
  return bytes.equals(message.subarray(HEADER_BYTES, HEADER_BYTES + bytes.length));
}

/** Classes that have no name cannot be repeated either. */
function refusalOf({ class: group }: Question): number {
  return group === 'IN' ? RCODE.FORMERR : RCODE.REFUSED;
}
