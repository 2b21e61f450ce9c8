/** The texts are what members of an ensemble of Java 3.9.5 answered; 3.8.0 answers the same. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Summary } from '../../../src/core/requests/stats/summary.ts';
import { FourLetterWords } from '../../../src/server/four-letter-words/four-letter-words.ts';
import { ProcessFigures } from '../../../src/server/four-letter-words/process-figures.ts';
import { TRACE_MASK_DEFAULT } from '../../../src/server/four-letter-words/trace-words.ts';
import { FOLLOWER, LEADER } from '../member-figures.ts';
import { ToggledServer } from '../toggled-server.ts';

const SERVERS = `server.1=127.0.0.1:23503:23974:participant
server.2=127.0.0.1:23671:23514:participant
server.3=127.0.0.1:23266:23280:participant
server.4=127.0.0.1:23257:23180:observer
`;
const LINES = `4lw.commands.whitelist=*\ntickTime=500\ninitLimit=20\nsyncLimit=4\n${SERVERS}`;

async function makeWords(t: TestContext, lines = LINES) {
  const server = await ToggledServer.start(t, lines);
  const figures = new ProcessFigures();
  t.after(() => figures.close());
  const load = {
    connectionDropProbability: 0,
    sessionlessConnectionsExpired: 0,
    closedWithoutServer: 7,
    tokenDeficit: new Summary(),
  };
  const { config } = server;
  const words = new FourLetterWords({
    ...{ config, server, figures, load },
    traceMask: TRACE_MASK_DEFAULT,
  });
  const ask = (word: string) => {
    const bytes = Buffer.from(word);
    return words.answer(bytes)?.text(bytes) ?? '';
  };
  return { server, ask };
}

test('words: a leader → its mode, and the sizes of its proposals at the end', async (t) => {
  const { server, ask } = await makeWords(t);
  Object.assign(server, { mode: 'leader', ensemble: LEADER });
  const tail = 'Mode: leader\nNode count: 5\nProposal sizes last/min/max: 87/48/87\n';
  assert.ok(ask('srvr').endsWith(tail), ask('srvr'));
  assert.ok(ask('stat').endsWith(tail));
  assert.equal(ask('isro'), 'rw');
});

test('words: a follower, an observer, a read-only server → their modes', async (t) => {
  const { server, ask } = await makeWords(t);
  for (const mode of ['follower', 'observer'] as const) {
    Object.assign(server, { mode, ensemble: FOLLOWER });
    assert.ok(ask('srvr').endsWith(`Mode: ${mode}\nNode count: 5\n`));
  }
  server.mode = 'read-only';
  assert.match(ask('srvr'), /built on .*\nREAD-ONLY mode; serving only read-only clients\nLatency/);
  assert.equal(ask('isro'), 'ro');
  // Without a leader, Java says nothing of the ensemble.
  assert.ok(ask('conf').endsWith('\npeerType=0\n'), ask('conf'));
  assert.match(ask('mntr'), /^zk_server_state\tread-only$/m);
  assert.doesNotMatch(ask('mntr'), /^zk_(peer_state|quorum_size)\t/m);
});

test('words: conf of a member → the rows of the ensemble, its text unended', async (t) => {
  const { server, ask } = await makeWords(t);
  server.ensemble = { ...FOLLOWER, membership: `${SERVERS}version=0` };
  const [, rows] = ask('conf').split('clientPortListenBacklog=-1\n');
  assert.equal(
    rows,
    `serverId=3
initLimit=20
syncLimit=4
electionAlg=3
electionPort=23280
quorumPort=23266
peerType=0
membership: 
${SERVERS}version=0`,
  );
});

test('words: conf of an observer → peerType 1', async (t) => {
  const { server, ask } = await makeWords(
    t,
    LINES.replace('23280:participant', '23280:observer').replace('23180:observer', '23180'),
  );
  server.ensemble = FOLLOWER;
  assert.match(ask('conf'), /^peerType=1$/m);
});

test('words: dump of a learner → all sessions, without when they expire', async (t) => {
  const { server, ask } = await makeWords(t);
  Object.assign(server, { mode: 'follower', ensemble: FOLLOWER, isExpiring: false });
  server.database.sessionsWithTimeouts.set(0x300001b14960001n, 30_000);
  server.database.sessionsWithTimeouts.set(0x100001b14960000n, 10_000);
  assert.ok(
    ask('dump').startsWith(
      'SessionTracker dump:\nGlobal Sessions(2):\n' +
        '0x100001b14960000\t10000ms\n0x300001b14960001\t30000ms\nephemeral nodes dump:\n',
    ),
    ask('dump'),
  );
  assert.match(ask('mntr'), /^zk_global_sessions\t2$/m);
});

test('words: dump with local sessions → they come first', async (t) => {
  const { server, ask } = await makeWords(t, `${LINES}localSessionsEnabled=true\n`);
  Object.assign(server, {
    mode: 'leader',
    ensemble: { ...LEADER, membership: `${SERVERS}version=0` },
  });
  const head = 'SessionTracker dump:\nLocal Session Sets (0)/(0):\nGlobal ';
  assert.ok(ask('dump').startsWith(`${head}Session Sets (0)/(0):\nephemeral`), ask('dump'));
  Object.assign(server, { mode: 'follower', ensemble: FOLLOWER, isExpiring: false });
  assert.ok(ask('dump').startsWith(`${head}Sessions(0):\nephemeral`), ask('dump'));
});

const LEADER_ROWS = [
  ...['learners\t3', 'synced_followers\t2', 'synced_non_voting_followers\t0'],
  ...['synced_observers\t1', 'pending_syncs\t0', 'leader_uptime\t2718'],
  ...['last_proposal_size\t87', 'max_proposal_size\t87', 'min_proposal_size\t48'],
];

function rowsOf(text: string): string[] {
  return text.split('\n').map((line) => line.replace(/^zk_/, ''));
}

test('mntr: a leader → its rows; a follower has none of them; both the size of the quorum', async (t) => {
  const { server, ask } = await makeWords(t);
  Object.assign(server, { mode: 'leader', ensemble: LEADER });
  const leader = rowsOf(ask('mntr'));
  assert.deepEqual(leader.slice(1, 3), ['server_state\tleader', 'peer_state\tleading - broadcast']);
  for (const row of [...LEADER_ROWS, 'quorum_size\t3']) assert.ok(leader.includes(row), row);
  Object.assign(server, { mode: 'follower', ensemble: FOLLOWER });
  const follower = rowsOf(ask('mntr'));
  const leaderNames = LEADER_ROWS.map((row) => row.split('\t')[0]);
  const names = follower.map((row) => row.split('\t')[0]);
  assert.deepEqual(
    names.filter((name) => leaderNames.includes(name)),
    [],
  );
  assert.ok(follower.includes('quorum_size\t3'));
  assert.ok(follower.includes('cnxn_closed_without_zk_server_running\t7'));
});

test('mntr: an observer → whom it is fed by, after its state', async (t) => {
  const { server, ask } = await makeWords(t);
  const figures = { ...FOLLOWER, peerState: 'observing - broadcast', observerMasterId: 3 };
  Object.assign(server, { mode: 'observer', ensemble: figures });
  assert.deepEqual(rowsOf(ask('mntr')).slice(1, 4), [
    'server_state\tobserver',
    'peer_state\tobserving - broadcast',
    'observer_master_id\t3',
  ]);
});

test('words: mntr of a member → why connections between servers ended, by port', async (t) => {
  const { server, ask } = await makeWords(t);
  Object.assign(server, { mode: 'follower', ensemble: FOLLOWER });
  server.closings = {
    election: new Map([
      ['no initial message in time', 2],
      ['notification: short', 1],
    ]),
    quorum: new Map(),
  };
  const rows = ask('mntr')
    .split('\n')
    .filter((row) => /_(election|quorum)_(refused|closed)/.test(row));
  assert.deepEqual(
    rows.filter((row) => row.startsWith('zk_zooid_')),
    [
      'zk_zooid_election_refused\t3',
      'zk_zooid_election_refused_no_initial_message_in_time\t2',
      'zk_zooid_election_refused_notification_short\t1',
      'zk_zooid_quorum_closed\t0',
    ],
  );
});
