/**
 * EnsembleRun: one seed of a whole ensemble from beginning to end. Chaos; then everything heals, and
 * a leader, answers on every member and the same state everywhere must come within a bound; then
 * all power goes at once, and what is left must serve again; then the audit of all that happened.
 */
import type { Prng } from '../../base/prng.ts';
import { describeZxid } from '../../base/zxid.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { checkHistory, type Judges } from '../checkers/check-history.ts';
import { checkRecoveredState } from '../checkers/durability.ts';
import { checkOrder } from '../checkers/linearizability/check-order.ts';
import { describeAsk } from '../clients/client-request.ts';
import type { SimClient } from '../clients/sim-client.ts';
import { Decisions } from '../decisions/decisions.ts';
import type { History, Violation } from '../history.ts';
import { streamOf } from '../named-streams.ts';
import { Trace } from '../trace.ts';
import { asViolations, Violated } from '../violated.ts';
import { checkMachineClients, talliesOf } from './checkers/machine-clients.ts';
import { ordersOf } from './checkers/orders.ts';
import { checkSyncs, type SyncRules } from './checkers/syncs.ts';
import { Disturber } from './disturber.ts';
import { Ensemble } from './ensemble.ts';
import { type EnsembleConfig, ensembleConfig } from './ensemble-config.ts';
import type { EnsembleHooks } from './ensemble-hooks.ts';
import { Administrator } from './members/administrator.ts';
import { Operator } from './operator.ts';
import { ReadOnlyVisitor } from './read-only-visitor.ts';
import type { SimPeer } from './sim-peer.ts';

export interface EnsembleRunOptions {
  readonly hooks?: (prng: Prng) => EnsembleHooks;
  readonly print?: (line: string) => void;
  /** Digests find much by themselves; without them the checkers have to. */
  readonly withoutDigests?: boolean;
  /** Instead of that of the seed. */
  readonly config?: EnsembleConfig;
  readonly judges?: Judges;
  /** Instead of chance; also what notes them down. */
  readonly decisions?: Decisions;
  /** Nobody wants to know what comes later. */
  readonly stopUs?: number;
}

export interface EnsembleRunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly hash: string;
  readonly lastLines: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly history: History;
}

const EVENTS_MAX = 1_500_000;

export function runEnsembleSeed(seed: number, options: EnsembleRunOptions = {}): EnsembleRunResult {
  const config = options.config ?? ensembleConfig(seed);
  if (options.withoutDigests !== true) return new EnsembleRun(config, options).run();
  const requests = { ...config.server.requests, digestEnabled: false };
  const server = { ...config.server, requests };
  return new EnsembleRun({ ...config, server }, options).run();
}

class EnsembleRun {
  readonly #config: EnsembleConfig;
  readonly #trace: Trace;
  readonly #hooks: EnsembleHooks;
  readonly #judges: Judges;
  readonly #ensemble: Ensemble;
  readonly #operator: Operator;
  readonly #disturber: Disturber;
  readonly #prng: Prng;
  readonly #probes: SimClient[] = [];
  readonly #stopUs: number;
  #visitor: ReadOnlyVisitor | null = null;

  constructor(config: EnsembleConfig, options: EnsembleRunOptions) {
    const { seed } = config;
    this.#config = config;
    this.#judges = options.judges ?? 'all';
    this.#stopUs = options.stopUs ?? Number.POSITIVE_INFINITY;
    this.#prng = streamOf(seed, 'run');
    this.#trace = new Trace(options.print ?? null);
    this.#hooks = options.hooks?.(streamOf(seed, 'mutant')) ?? {};
    this.#ensemble = new Ensemble({
      config,
      trace: this.#trace,
      hooks: this.#hooks,
      decisions: options.decisions ?? new Decisions(),
      onPeerEnd: (peer, reason) => this.#onPeerEnd(peer, reason),
      onVoting: (peer) => this.#disturber.onVoting(peer),
    });
    this.#operator = new Operator({
      world: this.#ensemble,
      prng: this.#prng,
      crash: (peer, kind) => this.#ensemble.crash(peer, kind),
      isChaos: () => this.#disturber.isOn,
      onBoot: (peer) => this.#disturber.onBoot(peer),
    });
    this.#disturber = new Disturber(this.#ensemble, {
      crash: (peer, kind, downUs) => this.#operator.crash(peer, kind, downUs),
      askSyncs: (peer) => this.#ensemble.askSyncs(peer),
    });
  }

  run(): EnsembleRunResult {
    let violations: readonly Violation[];
    const { history, witness, counts, clock } = this.#ensemble;
    try {
      this.#chaos();
      this.#recover('after the chaos');
      this.#serveAll();
      this.#settleSessions();
      this.#powerCycle();
      this.#awaitEvents();
      violations = this.#audit();
    } catch (error) {
      violations = this.#judges === 'order' ? this.#auditOrder() : asViolations(error);
    } finally {
      this.#hooks.restore?.();
    }
    const { committed } = witness;
    const totals = {
      events: this.#ensemble.at(),
      seconds: Math.round(clock.nowUs / 1e6),
      txns: committed.length,
      reconfigs: committed.filter(({ txn }) => txn.type === OpCode.reconfig).length,
    };
    return {
      seed: this.#config.seed,
      violations,
      hash: this.#trace.hash,
      lastLines: this.#trace.lastLines(),
      counts: { ...counts, ...totals },
      history,
    };
  }

  // --- Chaos --------------------------------------------------------------------------------------

  #chaos(): void {
    const { clients, machineClients, chaosUs, faults, zab } = this.#config;
    const { clock, peers } = this.#ensemble;
    for (const peer of peers.values()) {
      const us = faults.slowStart ? this.#prng.below(zab.tickTimeMs * 3000) : 0;
      if (this.#ensemble.members.servers.has(peer.sid)) this.#operator.bootAfter(peer, us);
    }
    for (let i = 0; i < clients; i++) this.#ensemble.addClient();
    // They write nothing, so that nothing holds up the syncs that the disturber lets them ask.
    for (const _ of zab.syncQuorum ? peers.keys() : []) this.#ensemble.addClient().calm();
    for (let i = 0; i < machineClients; i++) this.#ensemble.addMachineClient();
    this.#disturber.begin();
    if (this.#config.server.requests.reconfigEnabled === true) this.#beginReconfigs();
    if (this.#config.readOnlyModeEnabled) this.#beginVisits();
    while (clock.nowUs < chaosUs) this.#step();
  }

  #beginVisits(): void {
    this.#visitor = new ReadOnlyVisitor({
      world: this.#ensemble,
      isOn: () => this.#disturber.isOn,
    });
  }

  #beginReconfigs(): void {
    new Administrator({
      world: this.#ensemble,
      operator: this.#operator,
      isOn: () => this.#disturber.isOn,
    });
  }

  #step(): void {
    if (!this.#ensemble.step()) throw Violated.of('L4', 'nothing is left to happen');
    if (this.#ensemble.clock.nowUs > this.#stopUs) throw new Violated([]);
    if (this.#ensemble.at() > EVENTS_MAX) throw Violated.of('L4', 'too many events');
    this.#disturber.checkAmbushes();
  }

  #onPeerEnd(peer: SimPeer, reason: 'failed' | 'closed'): void {
    this.#ensemble.count(reason);
    const { decisions, clock } = this.#ensemble;
    decisions.begin(`end ${peer.sid}.${peer.life}`, clock.nowUs, [this.#prng]);
    const isPower = this.#config.faults.powerLoss && this.#prng.chance(0.3);
    const downUs = this.#prng.pick([1000, 200_000, 3_000_000]);
    this.#operator.crash(peer, isPower ? 'powerLoss' : 'kill', downUs);
    decisions.end();
  }

  // --- Recovery -----------------------------------------------------------------------------------

  /** L1 and L2: a leader, everybody with it, and the same state everywhere. */
  #recover(when: string): void {
    const { peers } = this.#ensemble;
    const { needed } = this.#operator;
    this.#disturber.calm();
    this.#ensemble.dialer.refusalRate = 0;
    for (const client of this.#ensemble.allClients) client.calm();
    for (const peer of peers.values()) {
      if (!needed.has(peer.sid)) this.#ensemble.crash(peer, 'kill');
      else if (!peer.isListening) this.#operator.bootAfter(peer, 1000);
    }
    this.#awaitThat(() => this.#hasConverged(), `a leader and one state everywhere, ${when}`);
  }

  #awaitThat(condition: () => boolean, what: string): void {
    const { tickTimeMs, initLimitTicks } = this.#config.zab;
    // Clocks may run at half speed, and a first attempt may fail.
    const boundUs = 60_000_000 + 12 * initLimitTicks * tickTimeMs * 1000;
    const { clock } = this.#ensemble;
    const endUs = clock.nowUs + boundUs;
    for (let turn = 0; ; turn++) {
      if (turn % 16 === 0 && condition()) return;
      if (turn % 4096 === 0) this.#operator.helpLost();
      if (clock.nowUs > endUs)
        throw Violated.of('L1', `within ${boundUs / 1e6} s: ${what}; ${this.#describeState()}`);
      this.#step();
    }
  }

  #hasConverged(): boolean {
    const { leader, allClients, witness } = this.#ensemble;
    if (leader === undefined) return false;
    const last = witness.lastCommitted;
    for (const { isServing, lastZxid } of this.#members()) {
      if (!isServing || lastZxid !== last) return false;
    }
    return allClients.every((client) => client.isSettled);
  }

  /** By what is committed. */
  #members(): SimPeer[] {
    const { peers, witness } = this.#ensemble;
    return [...peers.values()].filter(({ sid }) => witness.members.servers.has(sid));
  }

  /** For whoever has to find out why nothing comes to rest. */
  #describeState(): string {
    const { peers, clients, witness, history } = this.#ensemble;
    const servers = [...peers.values()].map(({ sid, mode, lastZxid, peer }) => {
      return `${sid} ${mode ?? peer?.state ?? 'down'} ${describeZxid(lastZxid)}`;
    });
    const unsettled = clients.filter((client) => !client.isSettled);
    const waiting = unsettled.map(({ index }) => {
      const last = history.connections.findLast(({ client }) => client === index);
      const open = last?.asked.filter(({ reply }) => reply === null) ?? [];
      const asks = open.slice(0, 3).map(({ xid, ask }) => `${xid} ${describeAsk(ask)}`);
      return `client ${index} on connection ${last?.id} of ${last?.server}: ${asks.join(', ')}`;
    });
    const machines = this.#ensemble.machineClients.map(({ index, state }) => `${index} ${state}`);
    const committed = `committed ${describeZxid(witness.lastCommitted)}`;
    return [committed, ...servers, ...waiting, ...machines].join('; ');
  }

  /** A client on every member: a write and a read are answered there. */
  #serveAll(): void {
    const { workload } = this.#ensemble;
    for (const peer of this.#members()) {
      const probe = this.#ensemble.addClient(peer);
      probe.calm();
      this.#probes.push(probe);
    }
    this.#awaitThat(() => this.#hasConverged(), 'a session on every member');
    for (const probe of this.#probes) for (const ask of workload.probe()) probe.ask(ask);
    this.#awaitThat(() => this.#hasConverged(), 'a probe write answered on every member');
  }

  /** E5: whoever is silent for long goes; whoever pings stays. */
  #settleSessions(): void {
    const { clock, allClients, leader, history } = this.#ensemble;
    const { maxSessionTimeoutMs, tickTimeMs } = this.#config.server.requests;
    const silentUs = (maxSessionTimeoutMs + 4 * tickTimeMs) * 2000;
    const { epochs } = this.#ensemble;
    const pinging = new Set(allClients.map(({ sessionId }) => sessionId));
    const expiredBefore = history.expiries.length;
    // A new leader, as when the counter of an epoch ends, gives every session its whole time again.
    for (let epoch = -1; epoch !== epochs.last; ) {
      epoch = epochs.last;
      const endUs = clock.nowUs + silentUs;
      while (clock.nowUs < endUs) this.#step();
    }
    this.#awaitThat(() => this.#hasConverged(), 'quiet');
    const gone = history.expiries.slice(expiredBefore).find((each) => pinging.has(each.sessionId));
    // By a clock that runs twice as fast a client may well ping too seldom.
    if (gone !== undefined && !this.#config.faults.clockRates) {
      throw Violated.of('E4', `session ${gone.sessionId} expires, and its client pings`);
    }
    const live = new Set(allClients.map(({ sessionId }) => sessionId));
    const database = leader?.peer?.history.database;
    for (const [session] of database?.sessionsWithTimeouts ?? []) {
      if (live.has(session)) continue;
      throw Violated.of('E5', `session ${session} is nobody's and still there`);
    }
  }

  // --- The end ------------------------------------------------------------------------------------

  /** L6 and H2: all lose their power at once, and serve again with all that was shown. */
  #powerCycle(): void {
    const { peers, witness } = this.#ensemble;
    const last = witness.lastCommitted;
    for (const peer of peers.values())
      if (peer.isListening) this.#ensemble.crash(peer, 'powerLoss');
    this.#recover('after the power cycle');
    if (!witness.isCommitted(last)) throw Violated.of('H2', `${last} is lost`);
    for (const probe of this.#probes) {
      for (const ask of this.#ensemble.workload.probe()) probe.ask(ask);
    }
    this.#awaitThat(() => this.#hasConverged(), 'a last write answered on every member');
  }

  /** What watches are told may still be under way when all is answered. */
  #awaitEvents(): void {
    const { clock, machineClients } = this.#ensemble;
    const endUs = clock.nowUs + (machineClients.length > 0 ? 2_000_000 : 0);
    while (clock.nowUs < endUs) this.#step();
  }

  #audit(): readonly Violation[] {
    const order = this.#auditOrder();
    if (this.#judges === 'order') return order;
    const { history, witness } = this.#ensemble;
    this.#visitor?.check();
    history.txns.push(...witness.committed);
    const facts = { zxid: witness.lastCommitted, digestEnabled: history.options.digestEnabled };
    const found: Violation[] = [];
    for (const { peer, sid } of this.#members()) {
      if (peer === null) continue;
      const { database } = peer.history;
      const state = { database, digestMismatches: [] };
      for (const { invariant, message } of checkRecoveredState(state, witness.model, facts)) {
        found.push({ invariant, message: `server ${sid}: ${message}` });
      }
    }
    const syncs = checkSyncs(history, this.#syncRules);
    const { machineClients, count } = this.#ensemble;
    const machines = checkMachineClients(machineClients, witness);
    for (const [name, by] of Object.entries(talliesOf(machineClients))) count(`client ${name}`, by);
    return [...found, ...machines, ...checkHistory(history), ...syncs, ...order];
  }

  get #syncRules(): SyncRules {
    const { timeline, config } = this.#ensemble;
    return { timeline, syncQuorum: config.zab.syncQuorum === true };
  }

  #auditOrder(): readonly Violation[] {
    const { history, count } = this.#ensemble;
    const { kind, violations } = checkOrder(history, ordersOf(this.#syncRules));
    count(`orders ${kind}`);
    return violations;
  }
}
