/**
 * Acceptor of Paxos for a single value: its promise, and what it has accepted, both on its disk.
 * No server uses it; it is here for the story of the duelling proposers.
 */
export interface Proposal {
  readonly number: number;
  readonly value: string;
}

export type PaxosAnswer =
  /** Nothing below the number will be accepted any more; and this was accepted already. */
  | { readonly kind: 'PROMISE'; readonly accepted: Proposal | null }
  | { readonly kind: 'ACCEPTED' }
  /** A higher number was promised to somebody else. */
  | { readonly kind: 'REJECT'; readonly promised: number };

export class Acceptor {
  #promised = 0;
  #accepted: Proposal | null = null;

  prepare(number: number): PaxosAnswer {
    if (number <= this.#promised) return { kind: 'REJECT', promised: this.#promised };
    this.#promised = number;
    return { kind: 'PROMISE', accepted: this.#accepted };
  }

  accept(proposal: Proposal): PaxosAnswer {
    if (proposal.number < this.#promised) return { kind: 'REJECT', promised: this.#promised };
    this.#promised = proposal.number;
    this.#accepted = proposal;
    return { kind: 'ACCEPTED' };
  }
}

export function describePaxosAnswer(answer: PaxosAnswer): string {
  switch (answer.kind) {
    case 'PROMISE': {
      const { accepted } = answer;
      const what = accepted === null ? 'nothing' : `${accepted.number} "${accepted.value}"`;
      return `PROMISE (accepted so far: ${what})`;
    }
    case 'ACCEPTED':
      return 'ACCEPTED';
    case 'REJECT':
      return `REJECT (promised ${answer.promised})`;
  }
}
