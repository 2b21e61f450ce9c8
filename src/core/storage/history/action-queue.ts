/** ActionQueue: disk actions that are done one after the other; the first may be under way. */
import { assert } from '../../../base/assert.ts';
import type { DiskAction } from '../disk.ts';

export class ActionQueue {
  #actions: readonly DiskAction[] = [];
  #done = 0;
  #isBusy = false;

  get isEmpty(): boolean {
    return this.#done === this.#actions.length;
  }

  start(actions: readonly DiskAction[]): void {
    assert(this.isEmpty, 'the actions before are not done');
    this.#actions = actions;
    this.#done = 0;
  }

  /** Null while one is under way, and at the end. */
  nextAction(): DiskAction | null {
    if (this.#isBusy) return null;
    const action = this.#actions[this.#done];
    if (action === undefined) return null;
    this.#isBusy = true;
    return action;
  }

  /** The action under way has succeeded. True when it was the last. */
  onDone(): boolean {
    assert(this.#isBusy, 'no action is under way');
    this.#isBusy = false;
    this.#done++;
    return this.isEmpty;
  }
}
