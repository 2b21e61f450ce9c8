/**
 * The search for an order as the only judge: it finds broken servers and corrupted histories by
 * itself, without a look at the log. That it agrees with the other checkers where nothing is wrong is
 * what every seed shows.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkOrder } from '../../../../src/sim/checkers/linearizability/check-order.ts';
import {
  ensembleMutants,
  runEnsembleMutant,
} from '../../../../src/sim/ensemble/mutants/ensemble-mutants.ts';
import type { History, Reply } from '../../../../src/sim/history.ts';
import { mutants, runMutant } from '../../../../src/sim/mutants/mutants.ts';
import { runSeed } from '../../../../src/sim/simulation.ts';

/** Those whose damage clients see soon. */
const ONE_SERVER = [
  'canary',
  'reads-overtake-writes',
  'multi-leaves-parent',
  'closing-session-served',
  'ephemeral-survives',
];
const SEVERAL_SERVERS = ['canary', 'reads-overtake-writes'];
const SEEDS_MAX = 60;

function isFoundAlone(run: (seed: number) => { violations: readonly { invariant: string }[] }) {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    if (run(seed).violations[0]?.invariant === 'LIN') return true;
  }
  return false;
}

for (const name of ONE_SERVER) {
  test(`order-alone: ${name} → found by the order of requests alone`, () => {
    const mutant = mutants.find((each) => each.name === name) ?? assert.fail();
    assert.ok(isFoundAlone((seed) => runMutant(mutant, seed, 'order')));
  });
}

for (const name of SEVERAL_SERVERS) {
  test(`order-alone: ${name} in an ensemble → found by the order of requests alone`, () => {
    const mutant = ensembleMutants.find((each) => each.name === name) ?? assert.fail();
    assert.ok(isFoundAlone((seed) => runEnsembleMutant(mutant, seed, 'order')));
  });
}

const pristine = [1, 2, 3, 5, 7, 8, 11, 13].map((seed) => runSeed(seed).history);

/** The last reply that has arrived and is of this kind. */
function lastReply(history: History, kind: string, accept: (reply: Reply) => boolean) {
  const replies = history.connections.flatMap(({ stream, seen }) =>
    stream.slice(0, seen).flatMap((entry) => {
      if (entry.kind !== 'reply' || entry.asked.ask.kind !== kind) return [];
      return accept(entry.reply) ? [entry.reply] : [];
    }),
  );
  return replies.at(-1);
}

type Corrupt = (history: History) => Reply | undefined;

const isGood = ({ err }: Reply) => err === 0;

const corruptions: Readonly<Record<string, Corrupt>> = {
  'other data': (history) => {
    const reply = lastReply(history, 'getData', isGood);
    if (reply) reply.body.data = Uint8Array.from([1, 2, 3, 4, 5]);
    return reply;
  },
  'another version': (history) => {
    const reply = lastReply(history, 'setData', isGood);
    const stat = reply?.body.stat;
    if (reply && stat) reply.body.stat = { ...stat, version: stat.version + 1 };
    return reply;
  },
  'a child too many': (history) => {
    const reply = lastReply(history, 'getChildren', isGood);
    if (reply) reply.body.names = [...(reply.body.names ?? []), 'zz-ghost'];
    return reply;
  },
  'a node that was not there is found': (history) => {
    const reply = lastReply(history, 'delete', ({ err }) => err === -101);
    if (reply) reply.err = 0;
    return reply;
  },
  'another number in a name': (history) => {
    const isNumbered = ({ body }: Reply) => /\d{10}$/.test(body.path ?? '');
    const reply = lastReply(history, 'create', isNumbered);
    if (reply) reply.body.path = reply.body.path?.replace(/\d{10}$/, '0000009999') ?? '';
    return reply;
  },
};

for (const [name, corrupt] of Object.entries(corruptions)) {
  test(`order-alone: ${name} → no order explains it`, () => {
    let found = 0;
    for (const good of pristine) {
      const history = structuredClone(good);
      if (corrupt(history) === undefined) continue;
      const { kind } = checkOrder(history);
      assert.notEqual(kind, 'ordered');
      if (kind === 'impossible') found++;
    }
    assert.ok(found >= 2, `${found}`);
  });
}
