/** Settings of the client port: connections, throttles and what a busy server refuses. */
import { decimal, int, laxBoolean, long } from '../value-kinds.ts';
import { property } from './setting.ts';

export const loadSettings = {
  maxCnxns: property('maxCnxns', {
    kind: int({ min: 0 }),
    default: 0,
    meaning: 'Connections in all; 0 means no limit.',
  }),
  sessionlessCnxnTimeoutMs: property('nio.sessionlessCnxnTimeout', {
    kind: int({ min: 1 }),
    default: 10_000,
    unit: 'ms',
    meaning: 'A connection that has not opened a session after this time is closed.',
  }),
  clientTcpKeepAlive: property('clientTcpKeepAlive', {
    kind: laxBoolean,
    default: false,
    meaning: 'Let the system probe idle client connections.',
  }),
  globalOutstandingLimit: property('globalOutstandingLimit', {
    kind: int({ min: 1 }),
    default: 1000,
    unit: 'requests',
    meaning:
      'With more requests than this in progress, connections wait; in an ensemble voters share it.',
  }),
  requestThrottleMaxRequests: property('request_throttle_max_requests', {
    kind: int({ min: 0 }),
    default: 0,
    unit: 'requests',
    support: 'later',
    meaning: 'With more than this in progress further requests wait; 0 switches this off.',
  }),
  requestThrottleStallTimeMs: property('request_throttle_stall_time', {
    kind: int({ min: 1 }),
    default: 100,
    unit: 'ms',
    support: 'later',
    meaning: 'How long a throttled request waits before it looks again.',
  }),
  requestThrottleDropStale: property('request_throttle_drop_stale', {
    kind: laxBoolean,
    default: true,
    support: 'later',
    meaning: 'Drop stale requests while throttling.',
  }),
  requestStaleLatencyCheck: property('request_stale_latency_check', {
    kind: laxBoolean,
    default: false,
    support: 'later',
    meaning: 'A request older than its session timeout is stale.',
  }),
  requestStaleConnectionCheck: property('request_stale_connection_check', {
    kind: laxBoolean,
    default: true,
    support: 'later',
    meaning: 'A request whose connection is closed is stale.',
  }),
  requestThrottlerShutdownTimeoutMs: property('request_throttler.shutdownTimeout', {
    kind: long({ min: 0 }),
    default: 10_000,
    unit: 'ms',
    support: 'later',
    meaning: 'How long a stopping server waits for throttled requests.',
  }),
  throttledOpWaitTimeMs: property('throttled_op_wait_time', {
    kind: int({ min: 0 }),
    default: 0,
    unit: 'ms',
    support: 'later',
    meaning: 'A request that waited longer is answered ThrottledOp; 0 switches this off.',
  }),
  connectionThrottleTokens: property('connection_throttle_tokens', {
    kind: int({ min: 0 }),
    default: 0,
    meaning: 'Size of the token bucket for new sessions; 0 switches the throttle off.',
  }),
  connectionThrottleFillTimeMs: property('connection_throttle_fill_time', {
    kind: int({ min: 1 }),
    default: 1,
    unit: 'ms',
    meaning: 'Time after which the bucket is filled up by fill_count tokens.',
  }),
  connectionThrottleFillCount: property('connection_throttle_fill_count', {
    kind: int({ min: 0 }),
    default: 1,
    meaning: 'Tokens per fill_time.',
  }),
  connectionThrottleFreezeTimeMs: property('connection_throttle_freeze_time', {
    kind: int({ min: -1 }),
    default: -1,
    unit: 'ms',
    meaning: 'Time between two changes of the dropping probability; -1 switches it off.',
  }),
  connectionThrottleDropIncrease: property('connection_throttle_drop_increase', {
    kind: decimal(),
    default: 0.02,
    meaning: 'How much the dropping probability rises when the bucket is empty.',
  }),
  connectionThrottleDropDecrease: property('connection_throttle_drop_decrease', {
    kind: decimal(),
    default: 0.002,
    meaning: 'How much the dropping probability falls otherwise.',
  }),
  connectionThrottleDecreaseRatio: property('connection_throttle_decrease_ratio', {
    kind: decimal(),
    default: 0,
    meaning: 'The share of missing tokens up to which it falls.',
  }),
  connectionThrottleWeightEnabled: property('connection_throttle_weight_enabled', {
    kind: laxBoolean,
    default: false,
    meaning: 'Sessions cost tokens by their kind.',
  }),
  connectionThrottleGlobalSessionWeight: property('connection_throttle_global_session_weight', {
    kind: int({ min: 1 }),
    default: 3,
    meaning: 'Tokens for a new global session.',
  }),
  connectionThrottleRenewSessionWeight: property('connection_throttle_renew_session_weight', {
    kind: int({ min: 1 }),
    default: 2,
    meaning: 'Tokens for a renewed session.',
  }),
  connectionThrottleLocalSessionWeight: property('connection_throttle_local_session_weight', {
    kind: int({ min: 1 }),
    default: 1,
    meaning: 'Tokens for a local session.',
  }),
  largeRequestMaxBytes: property('largeRequestMaxBytes', {
    kind: int({ min: 1 }),
    default: 104_857_600,
    unit: 'bytes',
    support: 'later',
    meaning: 'Large requests in progress may be this long together.',
  }),
  largeRequestThresholdBytes: property('largeRequestThreshold', {
    kind: int(),
    default: -1,
    unit: 'bytes',
    support: 'later',
    meaning: 'A longer request is large; 0 or less switches this off.',
  }),
};
