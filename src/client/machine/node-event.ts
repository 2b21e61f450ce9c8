/** A notification of the wire as the event that listeners get. */
import { EventType } from '../../protocol/watch-event.ts';
import type { NodeEvent } from './watch-event.ts';

const TYPES = new Map<number, NodeEvent['type']>([
  [EventType.nodeCreated, 'nodeCreated'],
  [EventType.nodeDeleted, 'nodeDeleted'],
  [EventType.nodeDataChanged, 'nodeDataChanged'],
  [EventType.nodeChildrenChanged, 'nodeChildrenChanged'],
]);

export interface Notification {
  readonly type: number;
  readonly path: string;
  /** -1 from servers that do not say it. */
  readonly zxid: number;
}

/** Null for a type that no watch of ours can have asked for. */
export function nodeEvent({ type, path, zxid }: Notification): NodeEvent | null {
  const name = TYPES.get(type);
  if (name === undefined) return null;
  return { type: name, path, zxid: zxid > 0 ? BigInt(zxid) : undefined };
}
