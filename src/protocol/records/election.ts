/**
 * What servers say to each other on the election port: first the initial message of whoever dialled
 * (ZooKeeper's QuorumCnxManager), then notifications in frames (FastLeaderElection).
 *
 * The initial message has no length in front: the reader asks for more until it is whole. What is
 * wrong with a notification is a value; it ends the connection, where Java goes on.
 */
import { assert } from '../../base/assert.ts';
import type { ServerId } from '../../base/server-id.ts';
import { type Epoch, epochOf, type Zxid } from '../../base/zxid.ts';
import { BinaryReader } from '../jute/binary-reader.ts';
import { BinaryWriter } from '../jute/binary-writer.ts';
import { JuteError } from '../jute/jute-error.ts';
import { decodeConfigText, encodeConfigText } from './quorum.ts';
import {
  readLongOrNone,
  readSafeLong,
  readServerId,
  writeLongOrNone,
  writeSafeLong,
  writeServerId,
} from './server-id.ts';

/** The longest frame on the election port (QuorumCnxManager.PACKETMAXSIZE). */
export const NOTIFICATION_BYTES_MAX = 524_288;

const PROTOCOL_VERSION_ONE = -65536;
const PROTOCOL_VERSION_MANY = -65535;
const ADDRESS_BYTES_MAX = 2048;
/** Protocol version, server id and the length of the addresses. */
const INITIAL_HEADER_BYTES = 20;
/** No initial message is longer. */
export const INITIAL_MESSAGE_BYTES_MAX = INITIAL_HEADER_BYTES + ADDRESS_BYTES_MAX;

/** `host` without the brackets that an IPv6 address has on the wire. */
export interface ElectionAddress {
  readonly host: string;
  readonly port: number;
}

export interface InitialMessage {
  /** OBSERVER_ID from an observer without an id. */
  readonly serverId: ServerId;
  /** Where the sender can be dialled; empty when it did not say, and then configuration counts. */
  readonly addresses: readonly ElectionAddress[];
}

export interface ReadInitialMessage extends InitialMessage {
  /** How many bytes the message had. What follows are frames. */
  readonly length: number;
}

/**
 * The message that `bytes` begin with; null when it is not whole yet. Throws JuteError when it can
 * not become one, which is known at the latest after INITIAL_MESSAGE_BYTES_MAX bytes.
 */
export function readInitialMessage(bytes: Uint8Array): ReadInitialMessage | null {
  if (bytes.length < 8) return null;
  const reader = new BinaryReader(bytes);
  const version = reader.longAsNumber();
  if (version >= 0) {
    // Before 3.5 there was no version: the id comes at once and nothing follows it.
    reader.at = 0;
    return { serverId: readServerId(reader), addresses: [], length: 8 };
  }
  if (version !== PROTOCOL_VERSION_ONE && version !== PROTOCOL_VERSION_MANY) {
    throw new JuteError(`Got unrecognized protocol version ${version}`);
  }
  if (bytes.length < INITIAL_HEADER_BYTES) return null;
  const serverId = readServerId(reader);
  const textBytes = reader.int();
  if (textBytes < 1 || textBytes > ADDRESS_BYTES_MAX) {
    throw new JuteError(`Unreasonable buffer length: ${textBytes}`);
  }
  if (reader.remaining < textBytes) return null;
  const length = reader.at + textBytes;
  const text = decodeConfigText(bytes.subarray(reader.at, length));
  return { serverId, addresses: parseAddresses(text), length };
}

/** `isMultiAddress` is ZooKeeper's `multiAddress.enabled`; without it just one address is sent. */
export interface SentInitialMessage extends InitialMessage {
  readonly isMultiAddress: boolean;
}

export function encodeInitialMessage(message: SentInitialMessage): Uint8Array {
  const { serverId, addresses, isMultiAddress } = message;
  assert(isMultiAddress || addresses.length === 1, 'one address without multiAddress.enabled');
  const text = encodeConfigText(addresses.map(describeElectionAddress).join('|'));
  assert(text.length >= 1 && text.length <= ADDRESS_BYTES_MAX, 'addresses of 1 to 2048 bytes');
  const writer = new BinaryWriter();
  writer.longFromNumber(isMultiAddress ? PROTOCOL_VERSION_MANY : PROTOCOL_VERSION_ONE);
  writeServerId(writer, serverId);
  writer.buffer(text);
  return writer.take();
}

export function describeElectionAddress({ host, port }: ElectionAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseAddresses(text: string): ElectionAddress[] {
  // Java's split leaves out what is empty at the end.
  const listed = text.replace(/\|+$/, '');
  if (listed === '') return [];
  return listed
    .split('|')
    .map(parseAddress)
    .filter(({ host }) => !isWildcardAddress(host));
}

function parseAddress(text: string): ElectionAddress {
  const match = /^(?:\[([^[\]]+)\]|([^[\]:]+)):([0-9]{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3]);
  if (host === '' || !(port <= 65535)) {
    throw new JuteError(`Badly formed address: ${JSON.stringify(text)}`);
  }
  return { host, port };
}

/** An address that means "all of mine" says nothing to others: 0.0.0.0 and :: in any spelling. */
export function isWildcardAddress(host: string): boolean {
  return /^0+(\.0+){0,3}$/.test(host) || (host.includes(':') && /^[0:.]+$/.test(host));
}

/** In the order of the wire (QuorumPeer.ServerState). */
export const ServerState = { LOOKING: 0, FOLLOWING: 1, LEADING: 2, OBSERVING: 3 } as const;
export type ServerState = (typeof ServerState)[keyof typeof ServerState];

/** What one server votes for. NO_SERVER in `leader`, `zxid` and `peerEpoch` from an observer. */
export interface Notification {
  readonly state: ServerState;
  readonly leader: ServerId;
  /** The proposed leader's last zxid. */
  readonly zxid: Zxid;
  /** The sender's round, its logical clock. */
  readonly electionEpoch: number;
  /** The proposed leader's current epoch. */
  readonly peerEpoch: Epoch;
  /** The text of the sender's configuration; null from servers before 3.5, who send none. */
  readonly config: string | null;
}

/** 0 before 3.4.6: such votes say nothing reliable about epochs. 2 is what is sent now. */
export interface ReceivedNotification extends Notification {
  readonly kind: 'notification';
  readonly version: number;
}

/**
 * `unknownState` is what Java finds out only after it has answered a sender that is not a voter, so
 * such a one is answered all the same.
 */
export interface IgnoredNotification {
  readonly kind: 'ignored';
  readonly reason: 'short' | 'malformed' | 'outOfRange' | 'unknownState';
}

const NOTIFICATION_VERSION = 2;
/** Without peer epoch and version. */
const BYTES_MIN = 28;
/** Compat: said to be the layout without a version, and so its last four bytes are not looked at. */
const BYTES_UNVERSIONED = 40;

export function readNotification(bytes: Uint8Array): ReceivedNotification | IgnoredNotification {
  if (bytes.length < BYTES_MIN) return { kind: 'ignored', reason: 'short' };
  try {
    return parseNotification(new BinaryReader(bytes));
  } catch (error) {
    if (!(error instanceof JuteError)) throw error;
    return { kind: 'ignored', reason: 'outOfRange' };
  }
}

/** What is too short for its layout is malformed; a number that is not safe is a JuteError. */
function parseNotification(reader: BinaryReader): ReceivedNotification | IgnoredNotification {
  const size = reader.remaining;
  if (size > BYTES_MIN && size < BYTES_UNVERSIONED) return { kind: 'ignored', reason: 'malformed' };
  const state = reader.int();
  const leader = readLongOrNone(reader);
  const zxid = readLongOrNone(reader);
  const electionEpoch = readSafeLong(reader);
  const peerEpoch = size === BYTES_MIN ? epochOf(zxid) : readLongOrNone(reader);
  const version = size > BYTES_UNVERSIONED ? reader.int() : 0;
  let config: string | null = null;
  if (version > 1) {
    config = readConfig(reader);
    if (config === null) return { kind: 'ignored', reason: 'malformed' };
  }
  if (!isServerState(state)) return { kind: 'ignored', reason: 'unknownState' };
  return {
    ...{ kind: 'notification', state, leader, zxid, electionEpoch, peerEpoch },
    ...{ config, version },
  };
}

function readConfig(reader: BinaryReader): string | null {
  if (reader.remaining < 4) return null;
  const length = reader.int();
  if (length < 0 || length > reader.remaining) return null;
  return decodeConfigText(reader.bytes.subarray(reader.at, reader.at + length));
}

function isServerState(state: number): state is ServerState {
  return state >= ServerState.LOOKING && state <= ServerState.OBSERVING;
}

/** In version 2; a config that is null is sent as an empty one, which receivers cannot parse. */
export function encodeNotification(notification: Notification): Uint8Array {
  const writer = new BinaryWriter();
  writer.int(notification.state);
  writeLongOrNone(writer, notification.leader);
  writeLongOrNone(writer, notification.zxid);
  writeSafeLong(writer, notification.electionEpoch);
  writeLongOrNone(writer, notification.peerEpoch);
  writer.int(NOTIFICATION_VERSION);
  writer.buffer(encodeConfigText(notification.config ?? ''));
  return writer.take();
}
