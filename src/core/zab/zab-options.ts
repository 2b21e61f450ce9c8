/** What every member of an ensemble goes by: who it is, and how long it waits for others. */
import type { ServerId } from '../../base/server-id.ts';

export interface ZabOptions {
  readonly myid: ServerId;
  readonly tickTimeMs: number;
  readonly initLimitTicks: number;
  readonly syncLimitTicks: number;
  /** `sync.quorum`: a sync is answered when a quorum has confirmed who leads. Absent is false. */
  readonly syncQuorum?: boolean;
}
