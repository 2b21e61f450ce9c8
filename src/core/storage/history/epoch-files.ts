/**
 * The files `currentEpoch` and `acceptedEpoch` (ZooKeeper's QuorumPeer): decimal ASCII without a
 * newline, beside the snapshots. The accepted epoch is a promise not to follow an older leader; the
 * current one says with which leader's history ours was last made equal.
 *
 * A second line of `currentEpoch`, which Java neither reads nor writes, is where that history ended.
 * A directory whose history ends earlier is older than what the server has told others, as after a
 * restored backup: with it a quorum could lose what was acknowledged.
 */
import { assert, present } from '../../../base/assert.ts';
import { describeZxid, EPOCH_MAX, type Epoch, epochOf, type Zxid } from '../../../base/zxid.ts';
import type { DirectoryReader, DiskAction } from '../disk.ts';
import { zxidOfLogName, zxidOfSnapshotName } from '../file-names.ts';
import { ActionQueue } from './action-queue.ts';

export interface Epochs {
  readonly accepted: Epoch;
  readonly current: Epoch;
}

export type EpochName = keyof Epochs;

export interface EpochSaved {
  readonly kind: 'epochSaved';
  readonly which: EpochName;
  readonly epoch: Epoch;
}

export type EpochsRead =
  | {
      readonly ok: true;
      readonly epochs: Epochs;
      /** Which of them the files do not say so: to be saved. */
      readonly unsaved: readonly EpochName[];
      readonly warnings: readonly string[];
    }
  | { readonly ok: false; readonly file: string; readonly reason: string };

const FILES: Readonly<Record<EpochName, string>> = {
  accepted: 'acceptedEpoch',
  current: 'currentEpoch',
};
const UNFINISHED_SUFFIX = '.tmp';
const FILE_BYTES_MAX = 64;

/** What the files say of a history that ends at `lastZxid` (-1 for none). */
export function readEpochs(reader: DirectoryReader, lastZxid: Zxid): EpochsRead {
  const ofHistory = epochOf(Math.max(0, lastZxid));
  const accepted = readEpoch(reader, FILES.accepted);
  const current = readEpoch(reader, FILES.current);
  for (const each of [accepted, current]) if (each.reason !== '') return { ok: false, ...each };
  const unfinished = readEpoch(reader, FILES.current + UNFINISHED_SUFFIX).epoch;
  const epochs = { accepted: accepted.epoch ?? ofHistory, current: current.epoch ?? ofHistory };
  if (epochs.accepted < epochs.current) return refuseOrder(epochs);
  const older = describeOlder(reader, { current, accepted: epochs.accepted, lastZxid });
  if (older !== '') return { ok: false, file: FILES.current, reason: older };
  const unsaved: EpochName[] = [];
  // The accepted one first: at no moment may it be below the other on the disk.
  if (accepted.epoch === null) unsaved.push('accepted');
  if (current.epoch === null) unsaved.push('current');
  if (ofHistory <= epochs.current) return { ok: true, epochs, unsaved, warnings: [] };
  const behind = `${FILES.current} is ${epochs.current}, older than the last txn ${describeZxid(lastZxid)}`;
  if (epochs.accepted < ofHistory) {
    const reason = `${behind}, and ${FILES.accepted} is ${epochs.accepted}: not of one server`;
    return { ok: false, file: FILES.current, reason };
  }
  const isExplained =
    unfinished !== null && unfinished >= ofHistory && unfinished <= epochs.accepted;
  const raised = isExplained ? unfinished : ofHistory;
  return {
    ok: true,
    epochs: { ...epochs, current: raised },
    unsaved: [...unsaved.filter((each) => each !== 'current'), 'current'],
    warnings: [`${behind}: stopped between the two, raised to ${raised}`],
  };
}

function refuseOrder({ accepted, current }: Epochs): EpochsRead {
  const reason = `the accepted epoch ${accepted} is less than the current epoch ${current}`;
  return { ok: false, file: FILES.accepted, reason };
}

interface Promised {
  readonly current: EpochRead;
  readonly accepted: Epoch;
  readonly lastZxid: Zxid;
}

/** How the history here contradicts the current epoch; empty when it does not. */
function describeOlder(reader: DirectoryReader, { current, accepted, lastZxid }: Promised): string {
  const { epoch, history } = current;
  const remedy =
    'it is older than what this server has told the others; ' +
    'bring back all of it, or remove the whole data directory to get everything from the leader';
  // A later epoch was accepted: its leader may have cut the history, and was interrupted.
  if (epoch === null || epoch === 0 || accepted > epoch) return '';
  if (history !== null) {
    if (lastZxid >= history) return '';
    const [had, has] = [describeZxid(history), describeZxid(Math.max(0, lastZxid))];
    return `epoch ${epoch} began after ${had}, but the data here ends at ${has}: ${remedy}`;
  }
  const hasData =
    lastZxid > 0 ||
    reader.list('snapshot').some((name) => zxidOfSnapshotName(name) !== null) ||
    reader.list('log').some((name) => zxidOfLogName(name) !== null);
  return hasData ? '' : `it is epoch ${epoch}, but there is no snapshot and no log: ${remedy}`;
}

interface EpochRead {
  readonly file: string;
  /** Null when there is no such file, or it is no epoch. */
  readonly epoch: Epoch | null;
  /** Where the history ended when the epoch began; null when it is not said. */
  readonly history: Zxid | null;
  /** Why it is no epoch; empty otherwise. */
  readonly reason: string;
}

function readEpoch(reader: DirectoryReader, file: string): EpochRead {
  const none = { file, epoch: null, history: null };
  if (!reader.list('snapshot').includes(file)) return { ...none, reason: '' };
  const into = new Uint8Array(FILE_BYTES_MAX);
  let count: number;
  try {
    count = reader.read('snapshot', file, { position: 0, into });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { ...none, reason: error.message };
  }
  const content = String.fromCharCode(...into.subarray(0, count));
  const lines = /^(\d{1,15})\r?\n?(?:(?<=\n)(0x[0-9a-f]{1,14}))?$/.exec(content);
  const epoch = lines === null ? -1 : Number(lines[1]);
  const history = lines?.[2] === undefined ? null : Number(lines[2]);
  if (epoch >= 0 && epoch <= EPOCH_MAX) return { file, epoch, history, reason: '' };
  return { ...none, reason: `it holds ${JSON.stringify(content)}, which is no epoch` };
}

interface EpochRequest {
  readonly which: EpochName;
  readonly epoch: Epoch;
  /** Up to where the history must be durable first. */
  readonly after: Zxid;
}

/** EpochWriter: saves epochs, one at a time, in the order of the requests. */
export class EpochWriter {
  readonly #saved: { accepted: Epoch; current: Epoch };
  readonly #asked: { accepted: Epoch; current: Epoch };
  readonly #requests: EpochRequest[] = [];
  readonly #actions = new ActionQueue();

  constructor(epochs: Epochs) {
    this.#saved = { ...epochs };
    this.#asked = { ...epochs };
  }

  /** As they are on the disk. */
  get epochs(): Epochs {
    return this.#saved;
  }

  get isIdle(): boolean {
    return this.#requests.length === 0;
  }

  /** A current epoch must not become durable before the history that it speaks of (P15). */
  save(which: EpochName, epoch: Epoch, after: Zxid = -1): void {
    const asked = this.#asked;
    assert(epoch >= asked[which] && epoch <= EPOCH_MAX, 'epochs go up');
    assert(which === 'accepted' || epoch <= asked.accepted, 'an epoch is accepted first');
    asked[which] = epoch;
    this.#requests.push({ which, epoch, after });
  }

  /** `durable`: up to where the history is; -1 while that is being changed. */
  nextAction(durable: Zxid): DiskAction | null {
    const request = this.#requests[0];
    if (request === undefined) return null;
    if (this.#actions.isEmpty) {
      if (request.after > durable) return null;
      this.#actions.start(savingActions(request));
    }
    return this.#actions.nextAction();
  }

  /** The action under way has succeeded. */
  onDone(): EpochSaved | null {
    if (!this.#actions.onDone()) return null;
    const { which, epoch } = present(this.#requests.shift());
    this.#saved[which] = epoch;
    return { kind: 'epochSaved', which, epoch };
  }

  /** At the end: forgets what waits for a history that will not come. */
  dropWaiting(durable: Zxid): void {
    const first = this.#actions.isEmpty ? 0 : 1;
    const at = this.#requests.findIndex(({ after }, i) => i >= first && after > durable);
    if (at >= 0) this.#requests.splice(at);
  }
}

function savingActions({ which, epoch, after }: EpochRequest): readonly DiskAction[] {
  const directory = 'snapshot';
  const to = FILES[which];
  const name = to + UNFINISHED_SUFFIX;
  // What its leader has brought before the first entry of the epoch it never cuts again.
  const isInitial = which === 'current' && after >= 0 && epochOf(after) < epoch;
  const text = isInitial ? `${epoch}\n${describeZxid(after)}` : String(epoch);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return [
    // What a crash has left of an older one may be longer.
    { kind: 'unlinkFile', directory, name },
    { kind: 'patchFile', directory, name, position: 0, bytes, sync: true },
    { kind: 'renameFile', directory, name, to, replaces: true },
    { kind: 'syncDirectory', directory },
  ];
}
