import type { LearnScenario } from '../learn-scenario.ts';
import { Acceptor } from '../paxos/acceptor.ts';
import { Proposer } from '../paxos/proposer.ts';
import { Transcript } from '../transcript.ts';

const ROUNDS = 3;
/** There and back. */
const STEP_US = 1000;

export const paxosLiveLock: LearnScenario = {
  name: 'paxos-live-lock',
  title: 'two proposers of Paxos outbid each other for ever; one distinguished proposer does not',
  run() {
    const { transcript, propose } = newGround();
    const p = propose('P', 'red');
    const q = propose('Q', 'blue');
    transcript.say(`Paxos, a small model: acceptors 1, 2 and 3; proposers P, who wants "red", and Q, who
      wants "blue". Phase 1: PREPARE n asks for the promise to accept nothing below n. Phase 2: with
      promises of a quorum, ACCEPT n asks to accept the value. A value is chosen when a quorum has
      accepted it under one number. P uses odd numbers, Q even ones.`);
    check(p.prepare(1), 'P has a quorum of promises');
    for (let round = 1; round <= ROUNDS; round++) {
      if (round === 1) {
        transcript.say(`P has its promises. But before its ACCEPT is there Q prepares with a higher number,
          which takes the promises away: P is rejected. It prepares with a number that is higher still,
          before Q's ACCEPT is there, and Q is rejected.`);
      } else if (round === 2) {
        transcript.say('Q tries again, and P tries again.');
      } else {
        transcript.say(
          'And so on. Nobody has crashed, no message was lost, and nothing is ever chosen.',
        );
      }
      check(q.prepare(2 * round), 'Q has promises');
      check(!p.accept(), 'P is rejected');
      check(p.prepare(2 * round + 1), 'P has promises');
      check(!q.accept(), 'Q is rejected');
    }

    transcript.say(`The way out: one distinguished proposer. Q leaves proposing to P, and tells it what it
      would like. Nobody outbids P any more, so its ACCEPT is accepted.`);
    check(p.accept(), 'a value is chosen');
    transcript.say(`Chosen is chosen: if P dies and Q takes over, the promises tell Q what was accepted, and
      it has to propose that, not its own value.`);
    check(q.prepare(8) && q.accept(), 'Q goes on');
    check(q.value === 'red', 'with the value of P');
    transcript.say(`In ZAB the leader is the distinguished proposer: an epoch has one, elected by a quorum,
      and servers that have promised to follow epoch e take nothing of a lower one.`);
    return transcript.render();
  },
};

/** Acceptors, and a clock on which each message takes as long as any other. */
function newGround() {
  const transcript = new Transcript();
  const acceptors = new Map(['1', '2', '3'].map((name) => [name, new Acceptor()] as const));
  let nowUs = 0;
  let isAsking = false;
  const tell = (from: string, to: string, text: string) => {
    transcript.event({ nowUs, from, to, text });
  };
  const turn = (asks: boolean) => {
    if (asks !== isAsking) nowUs += STEP_US;
    isAsking = asks;
  };
  const propose = (name: string, value: string) =>
    new Proposer({
      name,
      value,
      acceptors,
      sent(to, text) {
        turn(true);
        tell(name, to, text);
      },
      got(names, text) {
        turn(false);
        tell(names.join(', '), name, text);
      },
    });
  return { transcript, propose };
}

function check(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`It is not so: ${what}`);
}
