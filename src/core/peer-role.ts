/**
 * PeerRole: what an ensemble member is at the moment: looking for a leader, leading, or following
 * one (an observer follows without a vote). The peer has exactly one role; whatever makes sense only
 * in that role lives in it and goes with it.
 */
import type { Now } from '../base/now.ts';
import type { ServerId } from '../base/server-id.ts';
import type { SessionId } from '../base/session-id.ts';
import type { Epoch, Zxid } from '../base/zxid.ts';
import type { HistoryEvent, PeerHistory } from './peer-history.ts';
import type { AccessRules } from './requests/auth-provider.ts';
import type { ServerStats } from './requests/connection-stats.ts';
import type { RequestOptions } from './requests/request-options.ts';
import type { RequestProcessor, SessionKind } from './requests/request-processor.ts';
import type { EnsembleConfig } from './zab/members/ensemble-config.ts';
import type { EnsembleConfigs } from './zab/members/ensemble-configs.ts';
import type { ObserverMasterList } from './zab/observing/observer-master-list.ts';
import type { QuorumLink } from './zab/quorum-link.ts';
import type { Entry } from './zab/zab-history.ts';
import type { ZabOptions } from './zab/zab-options.ts';

export type PeerState = 'LOOKING' | 'FOLLOWING' | 'LEADING' | 'OBSERVING';
/** As `srvr` says it. */
export type PeerMode = 'leader' | 'follower' | 'observer' | 'read-only';

/** What a driver must know beyond bytes and disk operations. */
export type PeerEvent =
  | Exclude<HistoryEvent, { kind: 'epochSaved' | 'truncated' | 'adopted' | 'ready' }>
  | { readonly kind: 'snapshotStarted'; readonly zxid: Zxid }
  /** Connect this link to the server's quorum port, or its observer master port. */
  | {
      readonly kind: 'dial';
      readonly link: QuorumLink;
      readonly sid: ServerId;
      readonly isObserverMaster: boolean;
    }
  | { readonly kind: 'state'; readonly state: PeerState; readonly leader: ServerId | null }
  /** Clients may connect from now on, until the next `state`. */
  | { readonly kind: 'serving'; readonly mode: PeerMode; readonly epoch: Epoch }
  /** A configuration is proposed; it may never be committed. `.dynamic.next` of ZooKeeper. */
  | { readonly kind: 'configSeen'; readonly config: EnsembleConfig }
  /** It counts from now on, and `former` does not any more. */
  | {
      readonly kind: 'configActivated';
      readonly config: EnsembleConfig;
      readonly former: EnsembleConfig;
    }
  /** For the log. */
  | { readonly kind: 'note'; readonly message: string; readonly facts: NoteFacts };

export type NoteFacts = Readonly<Record<string, string | number>>;

export interface PeerOptions {
  readonly zab: ZabOptions;
  readonly requests: RequestOptions;
  /** Absent is true. */
  readonly standaloneEnabled?: boolean;
  /** Without a leader, clients that ask for it are served what is there. Absent is false. */
  readonly readOnlyModeEnabled?: boolean;
  /** Absent: followers feed no observers, and observers follow the leader. */
  readonly observerMaster?: ObserverMasterOptions | null;
  /** At most, before an observer connects (`observer.reconnectDelayMs`). Absent is 0. */
  readonly observerReconnectDelayMs?: number;
}

/** Set with `observerMasterPort`. */
export interface ObserverMasterOptions {
  /** Kept for one observer while its snapshot is sent (`observerMaster.sizeLimit`). */
  readonly heldBytesMax: number;
}

/** What every role stands on. It outlives them. */
export interface PeerGround {
  readonly options: PeerOptions;
  readonly history: PeerHistory;
  readonly configs: EnsembleConfigs;
  readonly access: AccessRules;
  readonly admitSession: ((kind: SessionKind) => boolean) | undefined;
  readonly now: Now;
  /** What was counted since the process began, in whatever role. */
  readonly stats: ServerStats;
  emit(event: PeerEvent): void;
  /** Whom an observer follows. */
  readonly observerMasters: ObserverMasterList;
  openLink(sid: ServerId, isObserverMaster: boolean): QuorumLink;
  /** The role is over: look for a leader. */
  look(reason: string): void;
  /** The configuration is proposed. */
  seeConfig(config: EnsembleConfig): void;
  /** It is committed. Returns the one that counted before, or null when this one is not newer. */
  activateConfig(config: EnsembleConfig): EnsembleConfig | null;
  /** When this role ends, which follows at once, that server leads: there is no election. */
  designate(leader: ServerId): void;
  /** Before clients are served: /zookeeper/config shows the current configuration. */
  showConfig(): void;
  /** The ensemble has agreed on this epoch, and clients are served. */
  onServing(mode: PeerMode, epoch: Epoch): void;
  /** There is no leader, and clients that do with that are served. */
  onReadOnly(): void;
}

export interface PeerRole {
  readonly state: PeerState;
  /** Null while clients are not served. */
  readonly processor: RequestProcessor | null;
  /** When `onTick` is wanted, beyond now and then. */
  readonly deadlineMs: number | null;
  start(): void;
  setNow(now: Now): void;
  onTick(): void;
  /** False when there is no such session, or another server expires it. */
  expireSession(id: SessionId): boolean;
  /** Somebody has connected to the quorum port. */
  onLinkAccepted(link: QuorumLink): void;
  /** Somebody has connected to the observer master port. */
  onObserverAccepted(link: QuorumLink): void;
  /** A link that this server has dialled is connected. */
  onLinkUp(link: QuorumLink): void;
  onLinkDown(link: QuorumLink): void;
  onLinkDrained(link: QuorumLink): void;
  receive(link: QuorumLink, chunk: Uint8Array): void;
  onHistoryEvent(event: HistoryEvent): void;
  /** True when a clean stop need not wait any longer. */
  readonly hasHandedOver: boolean;
  /** A clean stop begins: clients are let go, what was asked is finished. */
  retire(): void;
  /** Ends the role; returns what is in the log and not in the tree, in order. */
  end(reason: string): readonly Entry[];
}
