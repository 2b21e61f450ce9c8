/**
 * The metrics of ZooKeeper 3.9 by name, without the `zk_` of `mntr` (observed on 3.9.5). Alerts and
 * dashboards ask for these names, so that all of them are there, also where this server has nothing
 * to count: with the value 0 then, and with the reason as what Prometheus calls help.
 */

export const FED_COUNTERS = [
  'bytes_received_count',
  'cnxn_closed_without_zk_server_running',
  'commit_count',
  'connection_drop_count',
  'connection_rejected',
  'connection_request_count',
  'connection_revalidate_count',
  'diff_count',
  'digest_mismatches_count',
  'learner_commit_received_count',
  'learner_proposal_received_count',
  'looking_count',
  'proposal_count',
  'quit_leading_due_to_disloyal_voter',
  'response_bytes',
  'revalidate_count',
  'sessionless_connections_expired',
  'snap_count',
  'snapshot_error_count',
  'snapshot_rate_limited_count',
  'stale_sessions_expired',
  'tls_handshake_exceeded',
  'unsuccessful_handshake',
  'watch_bytes',
] as const;

/** In `mntr` `avg_<name>`, then min, max, cnt and sum; elsewhere the median, count and sum. */
export const FED_BASIC_SUMMARIES = [
  'connection_token_deficit',
  'dbinittime',
  'election_time',
  'follower_sync_time',
  'fsynctime',
  'leader_unavailable_time',
  'node_changed_watch_count',
  'node_children_watch_count',
  'node_created_watch_count',
  'node_deleted_watch_count',
  'observer_sync_time',
  'snapshottime',
  'startup_txns_loaded',
  'sync_processor_batch_size',
  'unavailable_time',
] as const;

/** The same, with more percentiles. */
export const FED_ADVANCED_SUMMARIES = [
  'commit_propagation_latency',
  'jvm_pause_time_ms',
  'propagation_latency',
  'proposal_latency',
  'quorum_ack_latency',
  'readlatency',
  'sync_processor_queue_flush_time_ms',
  'updatelatency',
] as const;

interface UnfedMetrics {
  /** Why there is nothing to count. */
  readonly reason: string;
  readonly counters?: readonly string[];
  readonly basic?: readonly string[];
  readonly advanced?: readonly string[];
}

const names = (text: string): readonly string[] => text.trim().split(/\s+/);

export const UNFED_METRICS: readonly UnfedMetrics[] = [
  {
    reason: 'One thread takes a request from its arrival to the log: no queues between stages.',
    counters: names(`
      outstanding_changes_queued
      outstanding_changes_removed
      prep_processor_request_queued
      request_commit_queued
      requests_not_forwarded_to_commit_processor
      skip_learner_request_to_next_processor_count
      sync_processor_request_queued
    `),
    basic: names(`
      commit_commit_proc_req_queued
      commit_process_time
      concurrent_request_processing_in_commit_processor
      learner_request_processor_queue_size
      pending_session_queue_size
      prep_process_time
      prep_processor_queue_size
      proposal_process_time
      read_commit_proc_issued
      read_commit_proc_req_queued
      reads_after_write_in_session_queue
      reads_issued_from_session_queue
      requests_in_session_queue
      session_queues_drained
      sync_process_time
      sync_processor_queue_size
      time_waiting_empty_pool_in_commit_processor_read_ms
      write_batch_time_in_commit_processor
      write_commit_proc_issued
      write_commit_proc_req_queued
    `),
    advanced: names(`
      close_session_prep_time
      local_write_committed_time_ms
      om_commit_process_time_ms
      om_proposal_process_time_ms
      prep_processor_queue_time_ms
      proposal_ack_creation_latency
      read_commitproc_time_ms
      read_final_proc_time_ms
      server_write_committed_time_ms
      sync_processor_queue_and_flush_time_ms
      sync_processor_queue_time_ms
      write_commitproc_time_ms
      write_final_proc_time_ms
    `),
  },
  {
    reason: 'Watches go with their connection: nothing clears dead watchers later.',
    counters: names('add_dead_watcher_stall_time dead_watchers_cleared dead_watchers_queued'),
    advanced: names('dead_watchers_cleaner_latency'),
  },
  {
    reason: 'Answers are written straight from the tree: there is no cache of them.',
    counters: names(`
      response_packet_cache_hits
      response_packet_cache_misses
      response_packet_get_children_cache_hits
      response_packet_get_children_cache_misses
    `),
  },
  {
    reason: 'Requests are not throttled: connections wait instead (globalOutstandingLimit).',
    counters: names(`
      large_requests_rejected
      request_throttle_wait_count
      stale_replies
      stale_requests
      stale_requests_dropped
      throttled_ops
    `),
    advanced: names('request_throttle_queue_time_ms'),
  },
  {
    reason: 'Any number of learners is synchronized at a time, and sockets close by themselves.',
    basic: names('inflight_diff_count inflight_snap_count socket_closing_time'),
  },
  {
    reason: 'There is no Netty, and connections of the AdminServer are not counted.',
    counters: names('insecure_admin_count'),
    basic: names('netty_queued_buffer_capacity'),
  },
  {
    reason: 'Clients that name another ensemble are among zooid_connections_ended.',
    counters: names('ensemble_auth_fail ensemble_auth_skip ensemble_auth_success'),
  },
  {
    reason: 'Nothing is restored by command.',
    counters: names('restore_error_count restore_rate_limited_count'),
    basic: names('restore_time'),
  },
  {
    reason: 'Snapshot and log are loaded in one go: dbinittime is the time of both.',
    basic: names('startup_snap_load_time startup_txns_load_time'),
  },
  {
    reason: 'The first error that cannot be mended ends the process.',
    counters: names('unrecoverable_error_count'),
  },
];

const unfed = (kind: 'counters' | 'basic' | 'advanced') =>
  UNFED_METRICS.flatMap((each) => each[kind] ?? []);

export const UNFED_COUNTERS = unfed('counters');
export const UNFED_BASIC_SUMMARIES = unfed('basic');
export const UNFED_ADVANCED_SUMMARIES = unfed('advanced');

/** Metrics with a label that have no value here, and why. */
export const UNFED_SETS: readonly (readonly [
  type: 'counter' | 'summary',
  name: string,
  reason: string,
])[] = [
  ['summary', 'ack_latency', 'The quorum is measured (quorum_ack_latency), not each follower.'],
  ['summary', 'learner_handler_qp_size', 'Packets for learners wait in the socket, in no queue.'],
  ['summary', 'learner_handler_qp_time_ms', 'Packets for learners wait in no queue.'],
  ['summary', 'read_per_namespace', 'It would cost every request a look at its path.'],
  ['summary', 'write_per_namespace', 'It would cost every request a look at its path.'],
  ['counter', 'quota_exceeded_error_per_namespace', 'The client is told, and nothing counts it.'],
];

const reasons = new Map([
  ...UNFED_METRICS.flatMap(({ reason, counters = [], basic = [], advanced = [] }) =>
    [...counters, ...basic, ...advanced].map((name) => [name, reason] as const),
  ),
  ...UNFED_SETS.map(([, name, reason]) => [name, reason] as const),
]);

/** Null for what is counted. */
export function reasonForNothing(name: string): string | null {
  return reasons.get(name) ?? null;
}
