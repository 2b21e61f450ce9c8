/**
 * HotStandby: several units of one service are up, one of them runs, the others stand by. When the
 * running one ends, the standby unit with the lowest sequence takes over.
 *
 *   /services/a                            container
 *     _c_<guid>-unit-0000000004            data: {"identifier":"a","state":"RUNNING"}
 *     _c_<guid>-unit-0000000005            data: {"identifier":"b","state":"STANDBY"}; next
 *     _c_<guid>-unit-0000000007            data: {"identifier":"c","state":"STANDBY"}
 *
 * Guarantees: at most one unit is between the call of its `activate` and the end of its `deactivate`,
 * as the servers see it: the node of a unit that hands over goes only when `deactivate` has ended.
 * `turn.signal` tells a running unit when it must stop because it was lost; then the next one does
 * not wait for its `deactivate`, and `turn.fencingToken` lets others refuse it.
 * `switchOver` may be called at any unit: the running one hands over to the standby unit with the
 * lowest sequence and stands by at the end of the queue.
 * On connection loss: the states are kept while the session lives; see HeldNode.
 * On expiry: a running unit is lost; with a client that renews its session, the unit stands by again
 * with a new node. With one that does not, it has failed.
 */
import { type Acl, isZooKeeperError, type WaitOptions, type ZooKeeper } from '../client/index.ts';
import { checkFunction, checkOneOf, checkPath, checkString } from './arguments.ts';
import { contend } from './contend.ts';
import { ABORT_ON, type AbortOn, type HeldNode } from './held-node.ts';
import { RecipeError } from './recipe-error.ts';
import { listSequenceNodes, type OwnNode, waitForDeletion } from './sequence-nodes.ts';
import { decodeUnit, encodeUnit, publishUnit } from './unit-record.ts';
import { abortable, RIDE_OUT, withDeadline } from './waiting.ts';

const LAYOUT = { prefix: 'unit-', prefixes: ['unit-'] } as const;

export type HotStandbyState = 'LATENT' | 'STANDBY' | 'RUNNING' | 'STOPPED' | 'FAILED';

export interface HotStandbyTurn {
  readonly fencingToken: bigint;
  /** Aborts when the unit is lost: it must stop at once. */
  readonly signal: AbortSignal;
}

export interface HotStandbyOptions {
  readonly identifier: string;
  /** Makes the unit run; it runs when this has ended. A unit that cannot be made to run has failed. */
  activate(turn: HotStandbyTurn): void | Promise<void>;
  /** Makes it stand by again, before the next one runs. */
  readonly deactivate?: (() => void | Promise<void>) | undefined;
  readonly onState?: ((state: HotStandbyState) => void) | undefined;
  readonly abortOn?: AbortOn | undefined;
  readonly acl?: readonly Acl[] | undefined;
}

export interface HotStandbyUnit {
  readonly name: string;
  readonly identifier: string;
  readonly state: 'RUNNING' | 'STANDBY';
}

export class HotStandby implements AsyncDisposable {
  readonly path: string;
  readonly #zk: ZooKeeper;
  readonly #options: HotStandbyOptions;
  readonly #stop = new AbortController();
  #state: HotStandbyState = 'LATENT';
  #failure: unknown;
  #ended: Promise<void> = Promise.resolve();

  constructor(zk: ZooKeeper, path: string, options: HotStandbyOptions) {
    this.path = checkPath(path);
    checkFunction('activate', options?.activate);
    checkString('identifier', options.identifier);
    if (options.abortOn !== undefined) checkOneOf('abortOn', options.abortOn, ABORT_ON);
    this.#zk = zk;
    this.#options = options;
  }

  get state(): HotStandbyState {
    return this.#state;
  }

  /** Why it has failed; undefined if it has not. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Stands by, or runs if it is the first; resolves when it stands in the queue. */
  async start(options: WaitOptions = {}): Promise<void> {
    if (this.#state !== 'LATENT') throw this.#invalid('it can be started once');
    this.#become('STANDBY');
    let onQueued: () => void = () => {};
    const queued = new Promise<void>((resolve) => {
      onQueued = resolve;
    });
    this.#ended = this.#takeTurns(onQueued);
    const what = `a place among the units of ${this.path}`;
    await withDeadline({ what, ...options }, (signal) =>
      abortable(Promise.race([queued, this.#ended]), signal),
    );
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Leaves; a running unit is made to stand by first. Resolves when the next one can run. */
  async stop(): Promise<void> {
    this.#stop.abort(this.#invalid('it has been stopped'));
    await this.#ended;
    if (this.#state !== 'FAILED') this.#become('STOPPED');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** All units, the running one first, then in the order in which they will take over. */
  async units(options: WaitOptions = {}): Promise<HotStandbyUnit[]> {
    const what = `the units of ${this.path}`;
    return withDeadline({ what, ...options }, async (signal) => {
      const names = await listSequenceNodes(this.#zk, this.path, { ...LAYOUT, signal });
      const units = names.map(({ name }) => this.#readUnit(name, signal));
      return (await Promise.all(units)).filter((unit) => unit !== undefined);
    });
  }

  /** Makes the running unit hand over to the next; resolves when it has let go. */
  async switchOver(options: WaitOptions = {}): Promise<void> {
    const what = `the switch-over of ${this.path}`;
    await withDeadline({ what, ...options }, async (signal) => {
      const [first, next] = await listSequenceNodes(this.#zk, this.path, { ...LAYOUT, signal });
      if (first === undefined || next === undefined) {
        throw this.#invalid('there is no standby unit to switch over to');
      }
      const path = `${this.path}/${first.name}`;
      const isAsked = await publishUnit(this.#zk, path, { isSwitchWanted: true });
      if (isAsked) await waitForDeletion(this.#zk, path, { signal });
    });
  }

  async #readUnit(name: string, signal: AbortSignal): Promise<HotStandbyUnit | undefined> {
    try {
      const { data } = await this.#zk.getData(`${this.path}/${name}`, { signal, retry: RIDE_OUT });
      const { identifier, state } = decodeUnit(data);
      return { name, identifier, state };
    } catch (error) {
      if (isZooKeeperError(error, 'NoNode')) return undefined;
      throw error;
    }
  }

  async #takeTurns(onQueued: () => void): Promise<void> {
    const { signal } = this.#stop;
    let node: OwnNode | undefined;
    try {
      for (;;) node = await this.#takeTurn({ signal, node, onQueued });
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = error;
      this.#become('FAILED');
    }
  }

  /** Resolves with the node if it may be there still: the unit was lost, and not its session. */
  async #takeTurn({ signal, node, onQueued }: Turn): Promise<OwnNode | undefined> {
    const { identifier, abortOn, acl } = this.#options;
    const switchOver = new AbortController();
    const onData = (data: Uint8Array) => {
      if (decodeUnit(data).isSwitchWanted) switchOver.abort();
    };
    const data = encodeUnit({ identifier, state: 'STANDBY', isSwitchWanted: false });
    const options = { ...LAYOUT, directory: this.path, data, acl, abortOn, node, onData };
    const held = await contend(this.#zk, { ...options, onNode: onQueued }, signal);
    const isHandedOver = await this.#run(held, [signal, switchOver.signal]);
    return isHandedOver ? undefined : held.node;
  }

  /** True when it ended with the node gone. */
  async #run(held: HeldNode, ends: readonly AbortSignal[]): Promise<boolean> {
    let isKept = false;
    try {
      await this.#activate(held);
      await firstAborted([held.signal, ...ends]);
      isKept = held.signal.aborted && !ends.some(({ aborted }) => aborted);
      await this.#deactivate();
    } catch (error) {
      isKept = false;
      throw error;
    } finally {
      if (!isKept) await held.release().catch(() => {});
    }
    return !isKept;
  }

  async #activate(held: HeldNode): Promise<void> {
    const { fencingToken, signal, path } = held;
    try {
      await this.#options.activate({ fencingToken, signal });
    } catch (error) {
      // One that was lost meanwhile may well say so by an error.
      if (!signal.aborted) throw error;
    }
    if (!held.isHeld) return;
    this.#become('RUNNING');
    // Only for others to see; what counts is the place in the queue.
    await publishUnit(this.#zk, path, { state: 'RUNNING' }).catch(() => {});
  }

  async #deactivate(): Promise<void> {
    await this.#options.deactivate?.();
    this.#become('STANDBY');
  }

  #become(state: HotStandbyState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState?.(state);
  }

  #invalid(why: string): RecipeError {
    return new RecipeError('InvalidState', `The hot standby ${this.path}: ${why}.`);
  }
}

interface Turn {
  readonly signal: AbortSignal;
  readonly node: OwnNode | undefined;
  readonly onQueued: () => void;
}

async function firstAborted(signals: readonly AbortSignal[]): Promise<void> {
  let onAbort = () => {};
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
  });
  for (const signal of signals) {
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  }
  await aborted;
  for (const signal of signals) signal.removeEventListener('abort', onAbort);
}
