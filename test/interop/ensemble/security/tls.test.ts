// Ensembles of Java and Zooid whose members speak TLS with each other, and the way there.

import { after } from 'node:test';
import { makeDataDir } from '../../../process/server-process.ts';
import { opensslMissing, TestAuthority } from '../../../server/tls/test-certificates.ts';
import { createBody } from '../../raw-body.ts';
import { Op, RawClient } from '../../raw-client.ts';
import { debianNetty } from '../../tls/debian-netty.ts';
import { assertEqualTrees, assertNoMismatch } from '../equal-trees.ts';
import { type Mix, mixes, tellStory } from '../mixes.ts';
import { RecordingLoad } from '../recording-load.ts';
import type { TestEnsemble } from '../test-ensemble.ts';

const authority = opensslMissing === '' ? new TestAuthority(makeDataDir({ after })) : undefined;
const stores: Record<string, string> =
  authority === undefined
    ? {}
    : {
        'ssl.quorum.keyStore.location': authority.issue('member'),
        'ssl.quorum.trustStore.location': authority.trust,
      };

const program = { debianFlags: debianNetty() };

const writeThroughEach = async (ensemble: TestEnsemble): Promise<void> => {
  for (const { id, port } of ensemble.members) {
    const client = await RawClient.connect(port);
    await client.must(Op.create, createBody(`/tls-${id}`, { data: 'x'.repeat(300_000) }));
    await client.close();
  }
};

const tell = (kinds: Mix): void => {
  tellStory(
    {
      ...{ title: 'sslQuorum → a leader, writes through each, equal trees', kinds, program },
      config: { ...stores, sslQuorum: 'true' },
    },
    async (ensemble, t) => {
      if (authority === undefined) return t.skip(opensslMissing);
      await ensemble.start();
      await writeThroughEach(ensemble);
      await assertEqualTrees(ensemble.members);
      await assertNoMismatch(ensemble.members);
      await (await ensemble.untilLeader()).kill();
      await ensemble.untilLeader();
      await ensemble.startRest();
      await assertEqualTrees(ensemble.members);
    },
  );
};

// Those of both kinds: each kind leads, and follows the other.
for (const kinds of mixes.slice(1, 3)) tell(kinds);

const steps = [
  { portUnification: 'true' },
  { portUnification: 'true', sslQuorum: 'true' },
  { sslQuorum: 'true' },
] as const;

tellStory(
  {
    title: 'from plain to TLS, one member after another under load → nothing lost',
    kinds: ['java-3.9', 'zooid', 'zooid'],
    config: stores,
    program,
  },
  async (ensemble, t) => {
    if (authority === undefined) return t.skip(opensslMissing);
    await ensemble.start();
    const load = await RecordingLoad.start(ensemble);
    try {
      await load.progress(50);
      for (const step of steps) {
        for (const member of ensemble.members) {
          await member.stop();
          member.reconfigure(step);
          await member.start();
          await member.untilServing();
          await load.progress(20);
        }
      }
      t.diagnostic(JSON.stringify(await load.finish()));
    } finally {
      load.destroy();
    }
  },
);
