// A leader dies with transactions in its log that no follower ever got: the others go on without
// them, and when it comes back its log must lose them, for good.

import assert from 'node:assert/strict';
import { createBody, pathBody, pathWatchBody } from '../raw-body.ts';
import { Op, RawClient } from '../raw-client.ts';
import type { EnsembleMember } from './ensemble-member.ts';
import { assertEqualTrees } from './equal-trees.ts';
import { tellStories } from './mixes.ts';
import type { TestEnsemble } from './test-ensemble.ts';

const TAIL = 10;
const tailPath = (n: number): string => `/never-committed-${n}`;

/** Writes that nobody acknowledges; the followers are killed frozen, with all in their sockets. */
const leaveTail = async (ensemble: TestEnsemble): Promise<EnsembleMember> => {
  const leader = await ensemble.untilLeader();
  const followers = await ensemble.followers();
  const client = await RawClient.connect(leader.port);
  await client.must(Op.create, createBody('/committed'));
  await Promise.all(followers.map((follower) => follower.freeze()));
  for (let n = 0; n < TAIL; n += 1) client.send(Op.create, createBody(tailPath(n)));
  const last = tailPath(TAIL - 1);
  await ensemble.until('tail', async () => leader.hasLogged(last) || undefined);
  await Promise.all(followers.map((follower) => follower.kill()));
  await leader.kill();
  client.connection.destroy();
  await Promise.all(followers.map((follower) => follower.start()));
  await ensemble.untilServing(followers);
  return leader;
};

const checkTailIsGone = async (ensemble: TestEnsemble): Promise<void> => {
  for (const { port } of ensemble.members) {
    const client = await RawClient.connect(port);
    await client.must(Op.sync, pathBody('/'));
    await client.must(Op.exists, pathWatchBody('/committed'));
    for (let n = 0; n < TAIL; n += 1) {
      const reply = await client.request(Op.exists, pathWatchBody(tailPath(n)));
      assert.equal(reply?.err, -101, `${tailPath(n)} on port ${port}`);
    }
    await client.close();
  }
  await assertEqualTrees(ensemble.members);
};

/** Back, checked, and once more after a crash: it is the disk that must have lost the tail. */
const bringBack = async (ensemble: TestEnsemble, former: EnsembleMember): Promise<void> => {
  await ensemble.startRest();
  assert.equal(await former.mode(), 'follower');
  await checkTailIsGone(ensemble);
  await former.kill();
  await ensemble.startRest();
  await checkTailIsGone(ensemble);
};

tellStories(
  'ex-leader with an uncommitted tail, nothing written since → its log is cut',
  async (ensemble, t) => {
    await ensemble.start();
    const former = await leaveTail(ensemble);
    const before = former.snapshots();
    await ensemble.startRest();
    // Compat: a Java follower takes a snapshot after TRUNC as well; the log tells the two apart.
    const isCut = !former.hasLogged(tailPath(TAIL - 1));
    const isReplaced = former.snapshots().length > before.length;
    t.diagnostic(isCut ? 'the log was cut' : 'a snapshot came in its place');
    const isAllJava = ensemble.members.every(({ kind }) => kind !== 'zooid');
    assert.ok(isCut || (isReplaced && !isAllJava), 'its log was cut, or a snapshot came instead');
    await bringBack(ensemble, former);
  },
);

tellStories(
  'ex-leader with an uncommitted tail, others wrote since → the tail is gone',
  async (ensemble) => {
    await ensemble.start();
    const former = await leaveTail(ensemble);
    const client = await RawClient.connect((await ensemble.untilLeader()).port);
    for (let n = 0; n < 2 * TAIL; n += 1) await client.must(Op.create, createBody(`/since-${n}`));
    await client.close();
    await bringBack(ensemble, former);
  },
);
