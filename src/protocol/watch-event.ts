/** The numbers in a watch notification and in requests about watches. */
export const EventType = {
  none: -1,
  nodeCreated: 1,
  nodeDeleted: 2,
  nodeDataChanged: 3,
  nodeChildrenChanged: 4,
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** The only state that a server sends in a notification. */
export const KEEPER_STATE_SYNC_CONNECTED = 3;

export const WatcherType = {
  children: 1,
  data: 2,
  any: 3,
  persistent: 4,
  persistentRecursive: 5,
} as const;

export const AddWatchMode = { persistent: 0, persistentRecursive: 1 } as const;
