/** Learners as the parts of a leader see them: the test sets what they have said. */

import { Learners } from '../../../../src/core/zab/leading/learners.ts';
import type { LearnerHandler, LearnerPhase } from '../../../../src/core/zab/learner-handler.ts';
import { EnsembleConfigs } from '../../../../src/core/zab/members/ensemble-configs.ts';
import { QuorumLink } from '../../../../src/core/zab/quorum-link.ts';
import { QuorumPacketDecoder } from '../../../../src/protocol/quorum-packet-decoder.ts';
import { QuorumPacketType } from '../../../../src/protocol/records/quorum.ts';
import { ensembleOf } from '../members/ensemble-of.ts';

const PHASES = [
  'connected',
  'discovery',
  'epochSent',
  'epochAcked',
  'synchronization',
  'broadcast',
] as const;

const NAMES = new Map<number, string>(
  Object.entries(QuorumPacketType).map(([name, type]) => [type, name]),
);

export interface LearnerFacts {
  readonly phase?: LearnerPhase;
  readonly isObserver?: boolean;
  readonly nowMs?: number;
  readonly address?: string;
  /** Who is at its address, by the configuration. */
  readonly sids?: readonly number[];
}

export class LearnerRig {
  readonly learners = new Learners();
  /** Three voters, an observer; without reconfiguration unless the test says so. */
  readonly configs: EnsembleConfigs;
  readonly notes: string[] = [];
  #lastLinkId = 0;

  constructor(isDynamic = false) {
    this.configs = new EnsembleConfigs({
      current: ensembleOf([1, 2, 3], [4]),
      isDynamic,
      standaloneEnabled: true,
    });
  }

  connect(sid: number, facts: LearnerFacts = {}): LearnerHandler {
    const { phase = 'broadcast', isObserver = false, nowMs = 0, address = `10.0.0.${sid}` } = facts;
    const id = ++this.#lastLinkId;
    const remote = { address, port: id, ...(facts.sids !== undefined && { sids: facts.sids }) };
    const link = new QuorumLink({ onDirty() {} }, { id, remote, packetBytesMax: 10_000 });
    this.learners.add(link, nowMs);
    const learner = this.learners.of(link);
    if (learner === undefined) throw new Error('it was not added');
    learner.sid = sid;
    learner.isFollower = !isObserver;
    learner.isVoter = !isObserver && this.configs.isVoter(sid);
    learner.hasAckedNewLeader = phase === 'broadcast';
    for (const next of PHASES.slice(1, PHASES.indexOf(phase) + 1)) learner.transitionTo(next);
    return learner;
  }

  readonly note = (message: string): void => {
    this.notes.push(message);
  };
}

/** `COMMIT 5`, a line for each packet since the last call. */
export function takeSent({ link }: LearnerHandler): string[] {
  const decoder = new QuorumPacketDecoder(10_000);
  decoder.push(Uint8Array.from(link.output));
  link.release(true);
  const lines: string[] = [];
  while (decoder.next()) lines.push(`${NAMES.get(decoder.type)} ${decoder.zxid}`);
  return lines;
}
