/**
 * H1, H2, H3, H4, H11, H12, H13, H14 and H15 for writes. The log is the witness: each txn is joined
 * with the request it came from by session and xid, judged by the state before it, and its reply
 * compared with what it did. That settles also the writes whose reply was lost.
 */
import { parentPath } from '../../base/path-rules.ts';
import { counterOf, epochOf } from '../../base/zxid.ts';
import type { Txn } from '../../core/requests/txn.ts';
import { OpCode } from '../../protocol/op-code.ts';
import { type Ask, isWrite, type ReconfigAsk, type WriteAsk } from '../clients/client-request.ts';
import type {
  AskRecord,
  ConnectionHistory,
  History,
  HistoryOptions,
  TxnRecord,
  Violation,
} from '../history.ts';
import { isContainer, isTtl, type ModelNode, ttlOf } from '../model/model-node.ts';
import { ModelTree, type PartResult, partsOf } from '../model/model-tree.ts';
import { judgeReconfig } from '../model/reconfig-judge.ts';
import { describeValue, sameValue } from '../model/same-value.ts';
import { judgeWrite } from '../model/write-judge.ts';
import { expectedBody } from './expected-body.ts';

const MARSHALLING_ERROR = -5;
const SESSION_MOVED = -118;
const SESSION_EXPIRED = -112;
const EPHEMERAL_ON_LOCAL_SESSION = -120;

export interface CheckedWrites {
  readonly violations: readonly Violation[];
  /** The tree after all txns, for the checkers that come behind. */
  readonly tree: ModelTree;
}

export function checkWrites(history: History): CheckedWrites {
  const checker = new WriteChecker(history);
  checker.run();
  return checker;
}

class WriteChecker implements CheckedWrites {
  readonly tree = new ModelTree();
  readonly violations: Violation[] = [];
  readonly #history: History;
  readonly #asked = new Map<string, AskRecord>();
  readonly #zxidOf = new Map<AskRecord, number>();
  readonly #lastCxid = new Map<bigint, number>();
  readonly #lastSequence = new Map<string, number>();
  readonly #created = new Set<bigint>();

  /**
   * The client's connections may be to several servers. Then the end of a session that was asked for
   * on one of them may come late, as in ZooKeeper: the client has asked for it.
   */
  readonly #hasLearners: boolean;

  constructor(history: History) {
    this.#history = history;
    this.#hasLearners = new Set(history.connections.map(({ server }) => server)).size > 1;
  }

  run(): void {
    for (const { sessionId, asked } of this.#history.connections) {
      for (const each of asked) {
        if (isLogged(each.ask)) this.#asked.set(`${sessionId}/${each.xid}`, each);
      }
    }
    for (const txn of this.#history.txns) this.#checkTxn(txn);
    for (const connection of this.#history.connections) this.#checkConnection(connection);
    this.#checkRealTime();
  }

  #add(invariant: string, message: string): void {
    this.violations.push({ invariant, message });
  }

  #checkTxn(txn: TxnRecord): void {
    if (!follows(this.tree.lastZxid, txn.zxid)) this.#add('D2', `no txn before ${txn.zxid}`);
    const asked = this.#asked.get(`${txn.clientId}/${txn.cxid}`);
    if (txn.cxid === 0) this.#checkOwnTxn(txn);
    else if (asked === undefined) this.#add('H3', `nobody asked for txn ${txn.zxid}`);
    else this.#checkAskedTxn(txn, asked);
    try {
      this.tree.apply(txn);
    } catch (error) {
      this.#add('H1', `txn ${txn.zxid}: ${error instanceof Error ? error.message : error}`);
    }
    const { txn: body } = txn;
    if (body.type !== OpCode.error) this.#checkSequences(txn, asked);
  }

  /** What the server does of itself: sessions begin and expire, what is unused goes. */
  #checkOwnTxn(logged: TxnRecord): void {
    const { zxid, txn } = logged;
    if (txn.type === OpCode.createSession) {
      this.#created.add(logged.clientId);
      return;
    }
    if (txn.type === OpCode.closeSession) {
      if (!this.#history.options.closeSessionTxnEnabled) return;
      const paths = [...(txn.body.paths2Delete ?? [])].sort();
      const owned = this.tree.ephemeralsOf(logged.clientId).sort();
      if (sameValue(paths, owned)) return;
      const message = `txn ${zxid} ends a session with ${owned} and deletes ${paths}`;
      this.#add('E2', message);
      return;
    }
    // A container may have got children, or gone, between the decision and its turn.
    if (txn.type === OpCode.error && logged.clientId === 0n) return;
    if (txn.type !== OpCode.deleteContainer) {
      this.#add('H3', `nobody asked for txn ${zxid}`);
      return;
    }
    const node = this.tree.get(txn.body.path ?? '');
    if (node === null || !isUnused(node, logged.time, this.#history.options)) {
      this.#add('H1', `txn ${zxid} removes ${txn.body.path}, which is in use`);
    }
  }

  #checkAskedTxn(logged: TxnRecord, asked: AskRecord): void {
    const { zxid, clientId, cxid } = logged;
    if (this.#zxidOf.has(asked)) {
      this.#add('H3', `${clientId}/${cxid} is done twice, the second time at ${zxid}`);
    }
    this.#zxidOf.set(asked, zxid);
    if (this.#isRefused(logged, asked)) return;
    if (cxid > (this.#lastCxid.get(clientId) ?? 0)) {
      this.#lastCxid.set(clientId, cxid);
    } else if (asked.ask.kind !== 'closeSession' || !this.#hasLearners) {
      this.#add('H4', `session ${clientId}: xid ${cxid} comes after a later one, at ${zxid}`);
    }
    if (asked.ask.kind === 'reconfig') return this.#checkReconfig(logged, asked.ask, asked);
    const ask = asked.ask as WriteAsk;
    const { txns, results } = judgeWrite(this.tree, ask, {
      sessionId: clientId,
      ids: asked.ids,
      zxid,
      time: logged.time,
      ephemerals: this.tree.ephemeralsOf(clientId),
      closeSessionTxnEnabled: this.#history.options.closeSessionTxnEnabled,
    });
    const isMulti = logged.txn.type === OpCode.multi;
    const done = partsOf(logged.txn);
    const wanted = isMulti ? asLogged(txns) : txns;
    if (isMulti !== (ask.kind === 'multi') || !sameValue(inOrder(done), inOrder(wanted))) {
      const invariant = ask.kind === 'multi' ? 'H11' : 'H1';
      const message = `${ask.kind} at ${zxid} became ${describeValue(done)}, not ${describeValue(txns)}`;
      this.#add(invariant, message);
    }
    if (asked.reply !== null) this.#checkReply(asked, ask, { zxid, results });
  }

  #checkReconfig(logged: TxnRecord, ask: ReconfigAsk, { ids, reply }: AskRecord): void {
    const problem = judgeReconfig(ask, { logged, ids, former: logged.formerConfig ?? '' });
    if (problem !== null) this.#add('P20', `reconfig at ${logged.zxid}: ${problem}`);
    if (reply === null) return;
    const { txn, zxid } = logged;
    const err = txn.type === OpCode.error ? txn.body.err : 0;
    const data = txn.type === OpCode.reconfig ? txn.body.data : undefined;
    if (reply.zxid === zxid && reply.err === err && sameValue(reply.body.data, data)) return;
    this.#add('H1', `reconfig at ${zxid} is answered with ${reply.err} at ${reply.zxid}`);
  }

  /** What only a leader says of what a learner has forwarded: the client has gone elsewhere. */
  #isRefused({ zxid, clientId, txn }: TxnRecord, { reply }: AskRecord): boolean {
    if (txn.type !== OpCode.error || !this.#hasLearners) return false;
    const { err } = txn.body;
    if (err !== SESSION_MOVED && err !== SESSION_EXPIRED) return false;
    if (err === SESSION_EXPIRED && this.tree.sessions.has(clientId)) {
      this.#add('E3', `txn ${zxid}: session ${clientId} has not expired`);
    }
    if (reply !== null && (err === SESSION_MOVED || reply.err !== err)) {
      this.#add('H1', `txn ${zxid} is refused with ${err} and answered with ${reply.err}`);
    }
    return true;
  }

  #checkReply(
    { reply }: AskRecord,
    ask: WriteAsk,
    { zxid, results }: { zxid: number; results: readonly PartResult[] },
  ): void {
    if (reply === null) return;
    const first = results[0];
    const err = ask.kind === 'multi' ? 0 : (first?.err ?? 0);
    const body = err === 0 ? expectedBody(ask, results) : {};
    if (reply.zxid !== zxid) this.#add('H1', `the reply to txn ${zxid} says ${reply.zxid}`);
    if (reply.err === err && sameValue(reply.body, body)) return;
    const message =
      `${ask.kind} at ${zxid} is answered with ${reply.err} ${describeValue(reply.body)}, ` +
      `not ${err} ${describeValue(body)}`;
    this.#add('H1', message);
  }

  /** H13, without trusting the judge: under one parent the numbers only go up. */
  #checkSequences({ txn, zxid }: TxnRecord, asked: AskRecord | undefined): void {
    const ask = asked?.ask;
    if (ask?.kind !== 'create' || ![2, 3, 6].includes(ask.flags) || !('path' in txn.body)) return;
    const path = txn.body.path ?? '';
    const parent = parentPath(path);
    const key = `${parent}@${this.tree.get(parent)?.czxid}`;
    const number = Number(path.slice(-10));
    if (number <= (this.#lastSequence.get(key) ?? -1)) {
      this.#add('H13', `${path} at ${zxid}: the number was given before`);
    }
    this.#lastSequence.set(key, number);
  }

  /** H2 and H4: what was acknowledged is there, and nothing before it is left out. */
  #checkConnection(connection: ConnectionHistory): void {
    let missing: AskRecord | null = null;
    for (const asked of connection.asked) {
      if (!isLogged(asked.ask) || asked.reply?.err === MARSHALLING_ERROR) continue;
      if (this.#isOfLocalSession(connection.sessionId, asked)) continue;
      const zxid = this.#zxidOf.get(asked);
      if (zxid === undefined) {
        missing ??= asked;
        if (asked.reply === null) continue;
        const message = `session ${connection.sessionId}: xid ${asked.xid} was acknowledged and is lost`;
        this.#add('H2', message);
      } else if (missing !== null) {
        const message = `session ${connection.sessionId}: xid ${asked.xid} is done, ${missing.xid} is not`;
        this.#add('H4', message);
      }
    }
  }

  /** What its server decides alone: the end of a session that nobody else knows, and ephemerals. */
  #isOfLocalSession(sessionId: bigint, { ask, reply }: AskRecord): boolean {
    if (!this.#history.options.localSessionsEnabled) return false;
    // Without a reply nobody knows: it may have been refused, and waited for its turn.
    const isRefused = reply === null || reply.err === EPHEMERAL_ON_LOCAL_SESSION;
    if (ask.kind === 'closeSession' || isRefused) return !this.#created.has(sessionId);
    return false;
  }

  /** H1: what was asked after a reply had left comes after it. */
  #checkRealTime(): void {
    const moments: { at: number; zxid: number; isReply: boolean }[] = [];
    for (const [asked, zxid] of this.#zxidOf) {
      moments.push({ at: asked.at, zxid, isReply: false });
      if (asked.reply !== null) moments.push({ at: asked.reply.at, zxid, isReply: true });
    }
    moments.sort((a, b) => a.at - b.at || Number(a.isReply) - Number(b.isReply));
    let answered = 0;
    for (const { zxid, isReply } of moments) {
      if (isReply) answered = Math.max(answered, zxid);
      else if (zxid < answered) this.#add('H1', `txn ${zxid} was asked for after ${answered}`);
    }
  }
}

/** It has a txn, whatever becomes of it. */
function isLogged(ask: Ask): boolean {
  return isWrite(ask) || ask.kind === 'reconfig';
}

/** The next, or the first of a later epoch. */
function follows(last: number, zxid: number): boolean {
  return zxid === last + 1 || (epochOf(zxid) > epochOf(last) && counterOf(zxid) === 1);
}

/** A container that was used and is empty, or never used for too long; a TTL that is over. */
function isUnused(node: ModelNode, time: number, { neverUsedMs }: HistoryOptions): boolean {
  if (node.children.size > 0) return false;
  const ageMs = time - node.mtime;
  if (isTtl(node.owner)) return ageMs > ttlOf(node.owner);
  if (!isContainer(node.owner)) return false;
  return node.cversion > 0 || (neverUsedMs !== 0 && ageMs > neverUsedMs);
}

/** In a multi create2 is logged as create, and only its answer is another. */
function asLogged(txns: readonly Txn[]): Txn[] {
  return txns.map((txn) => (txn.type === OpCode.create2 ? { ...txn, type: OpCode.create } : txn));
}

/** The order in which a session's ephemerals go is nobody's business. */
function inOrder(txns: readonly { type: number; body: object }[]): unknown {
  return txns.map(({ type, body }) => {
    const paths = 'paths2Delete' in body ? body.paths2Delete : undefined;
    if (!Array.isArray(paths)) return { type, body };
    return { type, body: { paths2Delete: [...paths].sort() } };
  });
}
