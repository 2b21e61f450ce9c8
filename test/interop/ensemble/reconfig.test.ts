// The members of an ensemble change while clients write: the leader is removed, comes back as an
// observer, and votes again. Whoever leads, and whoever is told to, may be of either kind.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { findFreePort } from '../../free-ports.ts';
import { pathWatchBody, reconfigBody } from '../raw-body.ts';
import { Op, RawClient } from '../raw-client.ts';
import type { EnsembleMember, MemberPorts } from './ensemble-member.ts';
import { mixes, tellStory } from './mixes.ts';
import { RecordingLoad } from './recording-load.ts';
import type { TestEnsemble } from './test-ensemble.ts';

type Members = Parameters<typeof reconfigBody>[0];

const versionOf = async (client: RawClient): Promise<string> => {
  const { body } = await client.must(Op.getData, pathWatchBody('/zookeeper/config'));
  return /version=([0-9a-f]+)/.exec(body.toString('latin1'))?.[1] ?? '';
};

/**
 * Asks through a member that stays. Compat: a Java server whose role changes lets its clients go,
 * sometimes before it has answered; so what counts is that all servers show a new version.
 */
const reconfigure = async (
  ensemble: TestEnsemble,
  through: EnsembleMember,
  members: Members,
): Promise<void> => {
  const client = await RawClient.connect(through.port);
  const before = await versionOf(client);
  const reply = await client.request(Op.reconfig, reconfigBody(members));
  client.connection.destroy();
  if (reply !== undefined) assert.equal(reply.err, 0);
  await ensemble.until('new configuration', async () => {
    await ensemble.untilServing();
    const versions = new Set<string>();
    for (const { port } of ensemble.members) {
      const other = await RawClient.connect(port).catch(() => undefined);
      if (other === undefined) return undefined;
      versions.add(await versionOf(other).catch(() => ''));
      other.connection.destroy();
    }
    const [version] = versions;
    return versions.size === 1 && version !== '' && version !== before ? true : undefined;
  });
};

const joining = ({ id, ports }: EnsembleMember, role: string, moved: Partial<MemberPorts> = {}) => {
  const { quorum, election, client } = { ...ports, ...moved };
  return `server.${id}=127.0.0.1:${quorum}:${election}:${role};127.0.0.1:${client}`;
};

/** Whether anybody listens there. */
const isListening = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  const isThere = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  socket.destroy();
  return isThere;
};

for (const kinds of mixes) {
  const title = 'the leader is removed under load, observes, votes again → nothing is lost';
  const config = { reconfigEnabled: 'true', skipACL: 'yes' };
  tellStory({ title, kinds, config }, async (ensemble, t) => {
    await ensemble.start();
    const load = await RecordingLoad.start(ensemble);
    try {
      await load.progress(100);
      const former = await ensemble.untilLeader();
      const [other] = ensemble.members.filter((member) => member !== former);
      assert.ok(other !== undefined);
      await reconfigure(ensemble, other, { leaving: String(former.id) });
      assert.notEqual((await ensemble.untilLeader()).id, former.id);
      await load.progress(100);
      await reconfigure(ensemble, other, { joining: joining(former, 'observer') });
      assert.equal(await former.mode(), 'observer');
      await load.progress(100);
      await reconfigure(ensemble, other, { joining: joining(former, 'participant') });
      await load.progress(100);
      t.diagnostic(JSON.stringify(await load.finish()));
    } finally {
      load.destroy();
    }
  });
}

// A Java member listens on a new quorum port when it leads the next time; the one that moves is ours.
for (const kinds of [
  ['zooid', 'zooid', 'zooid'],
  ['java-3.9', 'zooid', 'java-3.8'],
] as const) {
  const title = 'a follower moves its ports and leads → it is found at the new ones';
  const config = { reconfigEnabled: 'true', skipACL: 'yes' };
  tellStory({ title, kinds, config }, async (ensemble) => {
    await ensemble.start();
    const mover = ensemble.member(2);
    const { ports } = mover;
    const moved = { quorum: await findFreePort(), election: await findFreePort() };
    assert.equal((await ensemble.untilLeader()).id, 3);
    const there = joining(mover, 'participant', moved);
    await reconfigure(ensemble, ensemble.member(1), { joining: there });
    const places = [ports.quorum, ports.election, moved.quorum, moved.election];
    await ensemble.until('the ports are moved', async () => {
      const found = await Promise.all(places.map(isListening));
      return String(found) === 'false,false,true,true' ? true : undefined;
    });
    await ensemble.member(3).stop();
    assert.equal((await ensemble.untilLeader()).id, 2);
    await ensemble.member(1).untilServing();
    await ensemble.member(3).start();
    await ensemble.untilServing();
    assert.equal(await ensemble.member(3).mode(), 'follower');
  });
}
