/**
 * ConfigFiles: the dynamic configuration of one server, as its files have it. They are written when
 * its peer says so; a crash soon after may find the ones before.
 */
import type { EnsembleConfig as Members } from '../../../core/zab/members/ensemble-config.ts';

interface Written {
  readonly current: Members;
  /** Of `.dynamic.next`. */
  readonly lastSeen: Members | null;
}

const WRITING_US = 20_000;

export class ConfigFiles {
  #now: Written;
  #before: Written;
  #writtenUs = 0;

  constructor(members: Members) {
    this.#now = { current: members, lastSeen: null };
    this.#before = this.#now;
  }

  get current(): Members {
    return this.#now.current;
  }

  get lastSeen(): Members | null {
    return this.#now.lastSeen;
  }

  onSeen(lastSeen: Members, nowUs: number): void {
    this.#write({ ...this.#now, lastSeen }, nowUs);
  }

  onActivated(current: Members, nowUs: number): void {
    const { lastSeen } = this.#now;
    const isOver = lastSeen !== null && lastSeen.version <= current.version;
    this.#write({ current, lastSeen: isOver ? null : lastSeen }, nowUs);
  }

  onCrash(nowUs: number): void {
    if (nowUs - this.#writtenUs < WRITING_US) this.#now = this.#before;
  }

  /** By an operator, while the server is down. */
  replace(members: Members): void {
    this.#now = { current: members, lastSeen: null };
    this.#before = this.#now;
  }

  #write(written: Written, nowUs: number): void {
    if (nowUs - this.#writtenUs >= WRITING_US) this.#before = this.#now;
    this.#now = written;
    this.#writtenUs = nowUs;
  }
}
