/**
 * What the client's session machine promises an application, judged by what a run has agreed on:
 *
 * C1 every request settles exactly once, and in the order of submission;
 * C2 what was not sent, or has failed, has not happened; what has succeeded has, once, as its reply
 *    says;
 * C3 a one-shot watch is told of one change, which has happened; C4 and of any that did, however the
 *    connection went;
 * C5 states follow each other as ZooKeeper's do; C6 after the faults it is connected (`ensemble-run`).
 */

import { parentPath } from '../../../base/path-rules.ts';
import type { State } from '../../../client/machine/machine-options.ts';
import type { NodeEvent } from '../../../client/machine/watch-event.ts';
import { OpCode } from '../../../protocol/op-code.ts';
import type { MachineClient, MachineLife } from '../../clients/machine-client.ts';
import type { MachineWatch, SimMachineRequest } from '../../clients/machine-request.ts';
import type { TxnRecord, Violation } from '../../history.ts';
import type { Change, ModelTree } from '../../model/model-tree.ts';

export interface AgreedFacts {
  readonly committed: readonly TxnRecord[];
  /** The tree after all that. */
  readonly model: ModelTree;
}

export function checkMachineClients(
  clients: readonly MachineClient[],
  { committed, model }: AgreedFacts,
): Violation[] {
  if (clients.length === 0) return [];
  const writes = new DoneWrites(committed);
  return clients.flatMap((client) => {
    const name = `client ${client.index}`;
    const found = [
      ...checkOrder(client.settled),
      ...client.lives.flatMap((life) => [
        ...life.requests.flatMap((each) => [
          ...checkOutcome(each, writes),
          ...checkWatch(each, { life, model, connections: client.connections }),
        ]),
        ...checkStates(life),
      ]),
    ];
    return found.map(([invariant, text]) => ({ invariant, message: `${name}: ${text}` }));
  });
}

/** What there was to judge. */
export function talliesOf(clients: readonly MachineClient[]): Record<string, number> {
  const tallies = { requests: 0, unknown: 0, notSent: 0, watches: 0, events: 0 };
  for (const { watching, outcomes } of clients.flatMap(({ lives }) => lives.flatMap(requestsOf))) {
    tallies.requests++;
    tallies.watches += watching !== null && watching.setOn >= 0 ? 1 : 0;
    tallies.events += watching?.events.length ?? 0;
    const [outcome] = outcomes;
    const told = outcome?.kind === 'failed' ? outcome.failure.outcome : undefined;
    if (told === 'unknown' || told === 'notSent') tallies[told]++;
  }
  return tallies;
}

function requestsOf({ requests }: MachineLife): readonly SimMachineRequest[] {
  return requests;
}

type Found = readonly [invariant: string, text: string];

/** Which txns came of which request: by what it writes, else by session and xid. */
class DoneWrites {
  readonly #byName = new Map<string, TxnRecord[]>();

  constructor(committed: readonly TxnRecord[]) {
    for (const txn of committed) {
      if (txn.txn.type === OpCode.error) continue;
      this.#put(`${txn.clientId}/${txn.cxid}`, txn);
      const { body } = txn.txn;
      if ('data' in body && body.data) this.#put(String.fromCharCode(...body.data), txn);
    }
  }

  #put(name: string, txn: TxnRecord): void {
    const txns = this.#byName.get(name);
    if (txns === undefined) this.#byName.set(name, [txn]);
    else txns.push(txn);
  }

  of({ mark, sent }: SimMachineRequest): readonly TxnRecord[] {
    const session = sent?.connection.sessionId ?? 0n;
    const name = mark ?? `${session}/${sent?.asked.xid}`;
    return this.#byName.get(name) ?? [];
  }
}

// --- Requests -------------------------------------------------------------------------------------

function checkOrder(settled: readonly SimMachineRequest[]): Found[] {
  return settled.flatMap((request, i): Found[] => {
    const before = settled[i - 1];
    if (before === undefined || before.index < request.index) return [];
    return [['C1', `${nameOf(request)} is settled behind ${nameOf(before)}`]];
  });
}

function checkOutcome(request: SimMachineRequest, writes: DoneWrites): Found[] {
  const { outcomes, sent } = request;
  const [outcome] = outcomes;
  const name = nameOf(request);
  if (outcome === undefined || outcomes.length > 1) {
    return [['C1', `${name} is settled ${outcomes.length} times`]];
  }
  const txns = request.isWrite ? writes.of(request) : [];
  const reply = sent?.asked.reply ?? null;
  const done = `${txns.length} txns: ${txns.map(({ zxid }) => zxid)}`;
  if (outcome.kind === 'ok') {
    const isDone = txns.length === 1 && txns[0]?.zxid === reply?.zxid;
    if (request.isWrite && !isDone)
      return [['C2', `${name} has succeeded at ${reply?.zxid}; ${done}`]];
    return reply?.err === 0 ? [] : [['C2', `${name} has succeeded; the reply says ${reply?.err}`]];
  }
  const told = outcome.kind === 'failed' ? outcome.failure.outcome : outcome.outcome;
  if (told === 'notSent' && sent !== null)
    return [['C2', `${name} was sent, and is told not to be`]];
  if (told === 'failed' && (reply === null || reply.err === 0)) {
    return [['C2', `${name} has failed; the reply says ${reply?.err}`]];
  }
  if (txns.length > (told === 'unknown' ? 1 : 0))
    return [['C2', `${name} is told ${told}; ${done}`]];
  return [];
}

function nameOf({ index, kind, path }: SimMachineRequest): string {
  return `request ${index}, ${kind} ${path},`;
}

// --- Watches --------------------------------------------------------------------------------------

interface WatchFacts {
  readonly life: MachineLife;
  readonly model: ModelTree;
  /** How many its client has had. */
  readonly connections: number;
}

function checkWatch(request: SimMachineRequest, facts: WatchFacts): Found[] {
  const { watching, sent } = request;
  const table = tableOf(request);
  if (watching === null) return [];
  const { events, removed } = watching;
  const name = `the watch of ${nameOf(request)}`;
  if (events.length + removed > (table === null ? 0 : 1)) {
    return [
      [
        'C3',
        `${name} is told of ${events.map(({ type }) => type)}, and ${removed} times of its end`,
      ],
    ];
  }
  if (table === null) return [];
  const zxid = sent?.asked.reply?.zxid ?? 0;
  const { life, model } = facts;
  const changes = model
    .txnsBetween(zxid, model.lastZxid)
    .flatMap((at) => model.changesOf(at))
    .filter((change) => concerns(change, watching.path, table));
  const [event] = events;
  if (event !== undefined) {
    const isTrue =
      event.path === watching.path && changes.some((each) => TOLD[event.type].includes(each.kind));
    return isTrue
      ? []
      : [['C3', `${name}, set at ${zxid}, is told of ${event.type} ${event.path}`]];
  }
  if (life.machine.isOver) return removed === 1 ? [] : [['C4', `${name} is not told of its end`]];
  const [missed] = changes;
  if (missed === undefined || mayBeMissed(watching, table, facts)) return [];
  return [['C4', `${name}, set at ${zxid}, is not told of ${missed.kind} ${missed.path}`]];
}

type WatchTable = 'data' | 'exist' | 'children';

/** Where the reply has put it; null when it was not set. */
function tableOf({ watching, outcomes, sent }: SimMachineRequest): WatchTable | null {
  const [outcome] = outcomes;
  if (watching === null || outcome === undefined || outcome.kind === 'cancelled') return null;
  if (outcome.kind === 'ok') return watching.kind === 'exists' ? 'data' : watching.kind;
  const isMissing = outcome.failure.code === 'NoNode' && sent?.asked.reply?.err !== 0;
  return isMissing && watching.kind === 'exists' ? 'exist' : null;
}

function concerns(change: Change, path: string, table: WatchTable): boolean {
  if (table !== 'children') return change.path === path;
  if (change.kind === 'dataChanged') return false;
  return change.path === path ? change.kind === 'deleted' : parentPath(change.path) === path;
}

/** A node that was deleted and created again while nobody was connected has changed. */
const TOLD: Readonly<Record<NodeEvent['type'], readonly Change['kind'][]>> = {
  nodeCreated: ['created'],
  nodeDeleted: ['deleted'],
  nodeDataChanged: ['dataChanged', 'created'],
  nodeChildrenChanged: ['created', 'deleted'],
};

/** As in ZooKeeper: what came and went while there was no connection is told to nobody. */
function mayBeMissed(
  { path, setOn }: MachineWatch,
  table: WatchTable,
  { model, connections }: WatchFacts,
): boolean {
  return table === 'exist' && setOn !== connections && model.get(path) === null;
}

// --- States ---------------------------------------------------------------------------------------

const NEXT_STATES: Readonly<Record<State, readonly State[]>> = {
  connecting: ['associating', 'closed'],
  associating: ['connected', 'connecting', 'expired', 'closed'],
  connected: ['disconnected', 'closed'],
  connectedReadOnly: [],
  disconnected: ['connected', 'expired', 'closed'],
  expired: ['connecting'],
  authFailed: [],
  closed: [],
};

function checkStates({ changes, isRenewing, machine }: MachineLife): Found[] {
  let state: State = 'connecting';
  const found: Found[] = [];
  for (const change of changes) {
    const isAllowed = NEXT_STATES[state].includes(change.state) && change.previous === state;
    const isEnd = state === 'expired' && !isRenewing;
    if (!isAllowed || isEnd) found.push(['C5', `${change.state} comes behind ${state}`]);
    state = change.state;
  }
  if (state !== machine.state) found.push(['C5', `${machine.state} was not told`]);
  return found;
}
