/**
 * Proposer of Paxos: wants its value chosen, and has to choose another's where that may have been
 * chosen already.
 */
import { type Acceptor, describePaxosAnswer, type PaxosAnswer } from './acceptor.ts';

export interface ProposerParts {
  readonly name: string;
  readonly value: string;
  readonly acceptors: ReadonlyMap<string, Acceptor>;
  sent(acceptor: string, text: string): void;
  /** Several acceptors may answer the same. */
  got(acceptors: readonly string[], text: string): void;
}

export class Proposer {
  /** What it proposes: its own value, until an acceptor tells of one that it has accepted. */
  value: string;
  readonly #parts: ProposerParts;
  #number = 0;

  constructor(parts: ProposerParts) {
    this.#parts = parts;
    this.value = parts.value;
  }

  /** Phase 1, with a number that nobody else uses: true when a quorum promises. */
  prepare(number: number): boolean {
    this.#number = number;
    let highest = 0;
    return this.#ask(`PREPARE ${number}`, (acceptor) => {
      const answer = acceptor.prepare(number);
      if (answer.kind === 'PROMISE' && (answer.accepted?.number ?? 0) > highest) {
        highest = answer.accepted?.number ?? 0;
        this.value = answer.accepted?.value ?? this.value;
      }
      return answer;
    });
  }

  /** Phase 2: true when a quorum accepts. Then the value is chosen, once and for all. */
  accept(): boolean {
    const proposal = { number: this.#number, value: this.value };
    const text = `ACCEPT ${proposal.number} "${proposal.value}"`;
    return this.#ask(text, (acceptor) => acceptor.accept(proposal));
  }

  #ask(question: string, ask: (acceptor: Acceptor) => PaxosAnswer): boolean {
    const { acceptors, sent, got } = this.#parts;
    for (const name of acceptors.keys()) sent(name, question);
    let good = 0;
    const answers = new Map<string, string[]>();
    for (const [name, acceptor] of acceptors) {
      const answer = ask(acceptor);
      if (answer.kind !== 'REJECT') good++;
      const text = describePaxosAnswer(answer);
      answers.set(text, [...(answers.get(text) ?? []), name]);
    }
    for (const [text, names] of answers) got(names, text);
    return good > acceptors.size / 2;
  }
}
