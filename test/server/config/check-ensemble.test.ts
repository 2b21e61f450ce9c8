import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkEnsemble, type EnsembleFacts } from '../../../src/server/config/check-ensemble.ts';
import { ConfigError } from '../../../src/server/config/config-error.ts';
import { parseEnsemble } from '../../../src/server/config/server-specification.ts';

function factsOf(lines: readonly string[], more: Partial<EnsembleFacts> = {}): EnsembleFacts {
  const entries = lines.map((line) => {
    const [key = '', value = ''] = line.split('=');
    return { key, value, origin: { source: 'zoo.cfg', line: 1 } };
  });
  return {
    ensemble: parseEnsemble(entries),
    dataDir: '/data',
    myid: 1,
    peerType: null,
    isMultiAddressEnabled: false,
    ...more,
  };
}

function refusal(facts: EnsembleFacts): string {
  try {
    checkEnsemble(facts);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  assert.fail('not refused');
}

const THREE = ['server.1=a:1:2', 'server.2=b:1:2', 'server.3=c:1:2'];

test('ensemble: three servers, one of them this one → nothing to say', () => {
  assert.deepEqual(checkEnsemble(factsOf(THREE)), []);
});

test('ensemble: no myid, or one that is not listed → which file, and what would be right', () => {
  assert.equal(
    refusal(factsOf(THREE, { myid: null })),
    '/data/myid is missing. It says which server this is: one of 1, 2, 3.',
  );
  assert.equal(
    refusal(factsOf(THREE, { myid: 7 })),
    'My id 7 is not in the list of servers: 1, 2, 3. It comes from /data/myid.',
  );
});

test('ensemble: two servers with one address, whatever the ports are for → both are named', () => {
  assert.equal(
    refusal(factsOf([...THREE, 'server.4=A:5:1'])),
    'server.1 and server.4 both have the address a:1.',
  );
  const facts = factsOf(['server.1=a:1:2|a:1:3', 'server.2=b:1:2'], {
    isMultiAddressEnabled: true,
  });
  assert.equal(refusal(facts), 'server.1 has the address a:1 twice.');
});

test('ensemble: several addresses of a server → only with multiAddress.enabled', () => {
  const lines = ['server.1=a:1:2|x:1:2', 'server.2=b:1:2', 'server.3=c:1:2'];
  assert.match(
    refusal(factsOf(lines)),
    /^server\.1 has several addresses; .*multiAddress\.enabled/,
  );
  assert.deepEqual(checkEnsemble(factsOf(lines, { isMultiAddressEnabled: true })), []);
});

test('ensemble: an even number of voters → a warning; observers do not count', () => {
  const four = [...THREE, 'server.4=d:1:2'];
  assert.deepEqual(checkEnsemble(factsOf(four)), [
    '4 servers vote: that survives no more than 1 failures, as 3 would; an odd number is better',
  ]);
  const [two] = checkEnsemble(factsOf(four.slice(0, 2)));
  assert.match(two ?? '', /^2 servers vote: that survives no failure, as 1 would/);
  assert.deepEqual(checkEnsemble(factsOf([...THREE, 'server.4=d:1:2:observer'])), []);
});

test('ensemble: peerType says something else than the list → a warning; the list counts', () => {
  assert.deepEqual(checkEnsemble(factsOf(THREE, { peerType: 'participant' })), []);
  assert.deepEqual(checkEnsemble(factsOf(THREE, { peerType: 'observer' })), [
    'peerType=observer contradicts the list of servers, where server.1 is a participant; ' +
      'the list counts',
  ]);
});
