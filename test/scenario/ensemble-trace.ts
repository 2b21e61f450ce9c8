/**
 * EnsembleTrace: what happens in an ensemble, a line each: votes, quorum packets, what the disks
 * have done that a promise waits for, roles, and what clients get. Pings and first looks at the
 * disk are left out: they say nothing about who promises what.
 */
import type { ServerId } from '../../src/base/server-id.ts';
import { describeZxid } from '../../src/base/zxid.ts';
import type { PeerEvent } from '../../src/core/peer-role.ts';
import type { DiskOp } from '../../src/core/storage/disk.ts';
import { QuorumPacketDecoder } from '../../src/protocol/quorum-packet-decoder.ts';
import { readNotification, ServerState } from '../../src/protocol/records/election.ts';
import {
  describeQuorumPacket,
  type QuorumPacket,
  QuorumPacketType,
  SNAPSHOT_SIGNATURE,
} from '../../src/protocol/records/quorum.ts';
import type { RigClient, RigWatcher, RigWay } from '../core/peer-rig.ts';
import { describeConnected, describeEvent, describeReply } from './describe.ts';
import type { Received } from './received.ts';

const STATES = Object.keys(ServerState);
/** What a promise waits for; the rest of the disk's work is the same on every server alone. */
const TOLD_LANES: ReadonlySet<DiskOp['lane']> = new Set(['log', 'epoch', 'snapshot']);
const TOLD_OPS: ReadonlySet<DiskOp['kind']> = new Set(['writeFile', 'renameFile', 'truncateFile']);

export class EnsembleTrace implements RigWatcher {
  readonly lines: string[] = [];
  /** Where in a stream of bytes from one server to another a snapshot lies. */
  readonly #inSnapshot = new Set<string>();
  readonly #nameOf: (client: RigClient) => string;

  constructor(nameOf: (client: RigClient) => string) {
    this.#nameOf = nameOf;
  }

  onReceived(client: RigClient, received: Received): void {
    this.lines.push(`${this.#nameOf(client)} ← ${describeReceived(received)}`);
  }

  onEvent(sid: ServerId, event: PeerEvent): void {
    if (event.kind === 'state') {
      const leader = event.leader === null ? '' : ` leader=${event.leader}`;
      this.lines.push(`${sid} ${event.state}${leader}`);
    } else if (event.kind === 'serving') {
      this.lines.push(`${sid} serves as ${event.mode} of epoch ${event.epoch}`);
    } else if (event.kind === 'note' && event.message === 'the role ends') {
      this.lines.push(`${sid} gives up: ${event.facts['reason']}`);
    }
  }

  onNotification({ from, to }: RigWay, bytes: Uint8Array): void {
    const read = readNotification(bytes);
    if (read.kind === 'ignored') return;
    const { leader, zxid, electionEpoch, peerEpoch, state } = read;
    const vote = `leader=${leader} zxid=${describeZxid(zxid)} peerEpoch=${peerEpoch}`;
    this.lines.push(`${from} → ${to} ${STATES[state]} round=${electionEpoch} ${vote}`);
  }

  onBytes({ from, to }: RigWay, bytes: Uint8Array): void {
    const way = `${from} → ${to}`;
    const rest = this.#inSnapshot.has(way) ? this.#afterSnapshot(way, bytes) : bytes;
    if (rest === null) return;
    const decoder = new QuorumPacketDecoder(1 << 24);
    decoder.push(rest);
    while (decoder.next()) {
      const { type, zxid, data, authinfo } = decoder;
      this.#onPacket(way, { type, zxid, data, authinfo });
      if (type !== QuorumPacketType.SNAP) continue;
      const raw = decoder.takeRaw();
      this.#inSnapshot.add(way);
      const left = raw === null ? null : raw.bytes.slice(raw.start, raw.end);
      if (left !== null) this.onBytes({ from, to }, left);
      return;
    }
  }

  #onPacket(way: string, packet: QuorumPacket): void {
    if (packet.type === QuorumPacketType.PING) return;
    this.lines.push(`${way} ${describeQuorumPacket(packet)}`);
  }

  /** The packets behind the snapshot; null while it goes on. */
  #afterSnapshot(way: string, bytes: Uint8Array): Uint8Array | null {
    const at = Buffer.from(bytes).indexOf(SNAPSHOT_SIGNATURE);
    if (at < 0) return null;
    this.#inSnapshot.delete(way);
    this.lines.push(`${way} (snapshot)`);
    return bytes.slice(at + SNAPSHOT_SIGNATURE.length);
  }

  onDiskDone(sid: ServerId, op: DiskOp): void {
    if (!TOLD_LANES.has(op.lane) || !TOLD_OPS.has(op.kind) || !('name' in op)) return;
    if (op.name.startsWith('tmp.log.')) return;
    const what = op.kind === 'renameFile' ? op.to : op.name;
    this.lines.push(`${sid} disk ${op.lane} ${op.kind} ${what}`);
  }
}

function describeReceived(received: Received): string {
  switch (received.kind) {
    case 'connected':
      return describeConnected(received.response);
    case 'event':
      return describeEvent(received);
    case 'reply':
      return describeReply(received);
  }
}
