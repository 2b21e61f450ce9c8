/** Watch registration and removal, and the notification itself. */
import { type Infer, int, record, ustring, vector, zxid } from '../jute/schema.ts';

export type SetWatches = Infer<typeof SetWatches>;
export const SetWatches = record('SetWatches', {
  relativeZxid: zxid,
  dataWatches: vector(ustring),
  existWatches: vector(ustring),
  childWatches: vector(ustring),
});

export type SetWatches2 = Infer<typeof SetWatches2>;
export const SetWatches2 = record('SetWatches2', {
  relativeZxid: zxid,
  dataWatches: vector(ustring),
  existWatches: vector(ustring),
  childWatches: vector(ustring),
  persistentWatches: vector(ustring),
  persistentRecursiveWatches: vector(ustring),
});

export const AddWatchRequest = record('AddWatchRequest', { path: ustring, mode: int });

/** checkWatches and removeWatches; `type` is a WatcherType. */
export const WatcherTypeRequest = record('WatcherTypeRequest', { path: ustring, type: int });

export const WatcherEvent = record('WatcherEvent', { type: int, state: int, path: ustring });
