/** What a watch listener is told (ZooKeeper's WatchedEvent). */

/** `zxid` is that of the change, where the server says it (3.9 and later, and Zooid). */
export interface NodeEvent {
  readonly type: 'nodeCreated' | 'nodeDeleted' | 'nodeDataChanged' | 'nodeChildrenChanged';
  readonly path: string;
  readonly zxid: bigint | undefined;
}

/**
 * Only for persistent watches: changes may have been missed, so what was derived from events is to
 * be read anew. `reconnected`: while there was no connection; `expired`: the session is another one;
 * `overflow`: the buffer of an iterator was full.
 */
export interface ContinuityBroken {
  readonly type: 'continuityBroken';
  readonly path: string;
  readonly reason: 'reconnected' | 'expired' | 'overflow';
}

/** The last event of a watch: it was removed, or the client is closed. */
export interface WatchRemoved {
  readonly type: 'watchRemoved';
  readonly path: string;
}

export type WatchEvent = NodeEvent | ContinuityBroken | WatchRemoved;

export type WatchListener = (event: WatchEvent) => void;
