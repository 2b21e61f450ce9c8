/**
 * zooid/recipes: locks, elections, barriers, counters and queues for programs that share a
 * ZooKeeper. Each file says what it guarantees and what it does when connection or session are lost.
 */
export { type AtomicChange, AtomicLong, type AtomicLongOptions } from './atomic-long.ts';
export { Barrier, type BarrierOptions } from './barrier.ts';
export type { CacheOptions } from './cache-base.ts';
export * from './children-cache.ts';
export * from './config-store.ts';
export type { Contender } from './contenders.ts';
export { type DelayedPutOptions, DelayedQueue } from './delayed-queue.ts';
export { DoubleBarrier, type DoubleBarrierOptions } from './double-barrier.ts';
export type { ElectionState, Leadership, LeadershipChange } from './election.ts';
export * from './group-membership.ts';
export type { HeldLease } from './held-lease.ts';
export type { AbortOn, HeldNode } from './held-node.ts';
export {
  HotStandby,
  type HotStandbyOptions,
  type HotStandbyState,
  type HotStandbyTurn,
  type HotStandbyUnit,
} from './hot-standby.ts';
export { IdGenerator, type IdGeneratorOptions } from './id-generator.ts';
export { LeaderLatch } from './leader-latch.ts';
export {
  LeaderSelector,
  type LeaderSelectorOptions,
  type LeadershipTurn,
} from './leader-selector.ts';
export { LeasedLock, type LeasedLockOptions } from './leased-lock.ts';
export { Lock } from './lock.ts';
export { LockingQueue } from './locking-queue.ts';
export { type Acquirable, type HeldLocks, MultiLock } from './multi-lock.ts';
export * from './naming-service.ts';
export * from './node-cache.ts';
export { assignPartitions } from './partition-assignment.ts';
export * from './persistent-ephemeral-node.ts';
export { type PriorityPutOptions, PriorityQueue } from './priority-queue.ts';
export { Queue } from './queue.ts';
export type { QueueClaim } from './queue-claim.ts';
export { ReadWriteLock } from './read-write-lock.ts';
export { isRecipeError, RecipeError, type RecipeErrorCode } from './recipe-error.ts';
export { ReentrantLock } from './reentrant-lock.ts';
export { type HeldRevocableLock, RevocableLock } from './revocable-lock.ts';
export { type Lease, Semaphore, type SemaphoreOptions } from './semaphore.ts';
export { SequenceElection } from './sequence-election.ts';
export type { HeldLock, LockOptions, SequenceLock } from './sequence-lock.ts';
export type { QueueItem, QueueNames, QueueOptions } from './sequence-queue.ts';
export * from './service-discovery.ts';
export * from './service-strategies.ts';
export { SharedCounter, type SharedCounterOptions, type VersionedCount } from './shared-counter.ts';
export { SingleNodeElection } from './single-node-election.ts';
export { ThresholdBarrier, type ThresholdBarrierOptions } from './threshold-barrier.ts';
export * from './tree-cache.ts';
export * from './work-partitioner.ts';
