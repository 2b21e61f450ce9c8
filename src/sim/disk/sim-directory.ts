/**
 * SimDirectory: the entries that programs see, and which of the changes to them would survive a
 * power failure. Without a sync of the directory any of them may be missing afterwards, as long as
 * those of one name keep their order.
 */
import type { Prng } from '../../base/prng.ts';
import type { SimFile } from './sim-file.ts';

interface EntryChange {
  readonly name: string;
  /** Null: the name is gone. */
  readonly file: SimFile | null;
  /** The other half of a rename: both happen or neither does. */
  readonly from: string | null;
}

export class SimDirectory {
  #entries = new Map<string, SimFile>();
  #stable = new Map<string, SimFile>();
  #changes: EntryChange[] = [];

  get(name: string): SimFile | undefined {
    return this.#entries.get(name);
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Those that a power failure leaves at least. */
  stableEntries(): ReadonlyMap<string, SimFile> {
    return this.#stable;
  }

  files(): SimFile[] {
    return [...new Set([...this.#entries.values(), ...this.#stable.values()])];
  }

  add(name: string, file: SimFile): void {
    this.#change({ name, file, from: null });
  }

  remove(name: string): void {
    if (this.#entries.has(name)) this.#change({ name, file: null, from: null });
  }

  rename(from: string, to: string): boolean {
    const file = this.#entries.get(from);
    if (file === undefined) return false;
    this.#change({ name: to, file, from });
    return true;
  }

  sync(): void {
    this.#stable = new Map(this.#entries);
    this.#changes = [];
  }

  /** Would a program find this file under its name after a power failure? */
  isStable(name: string): boolean {
    const file = this.#entries.get(name);
    return file !== undefined && this.#stable.get(name) === file && !this.#isChanging(name);
  }

  #isChanging(name: string): boolean {
    return this.#changes.some((change) => change.name === name || change.from === name);
  }

  survivesPowerLoss(prng: Prng): void {
    const survived = new Map(this.#stable);
    const isPrefix = prng.chance(0.5);
    const keeps = prng.pick([0, 0.5, 0.9, 1]);
    const dropped = new Set<string>();
    let isCut = false;
    for (const change of this.#changes) {
      const isHeldBack = dropped.has(change.name) || dropped.has(change.from ?? '');
      if (isCut || isHeldBack || !prng.chance(keeps)) {
        isCut = isPrefix;
        dropped.add(change.name);
        if (change.from !== null) dropped.add(change.from);
        continue;
      }
      applyChange(survived, change);
    }
    this.#entries = survived;
    this.sync();
  }

  #change(change: EntryChange): void {
    this.#changes.push(change);
    applyChange(this.#entries, change);
  }
}

function applyChange(entries: Map<string, SimFile>, { name, file, from }: EntryChange): void {
  if (from !== null) entries.delete(from);
  if (file === null) entries.delete(name);
  else entries.set(name, file);
}
