import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfigText } from '../../../../src/core/zab/members/config-text.ts';
import { EnsembleConfig } from '../../../../src/core/zab/members/ensemble-config.ts';
import { EnsembleConfigs } from '../../../../src/core/zab/members/ensemble-configs.ts';
import { nextConfig } from '../../../../src/core/zab/members/reconfiguration.ts';
import { describeErrorCode } from '../../../../src/protocol/error-code.ts';
import type { ReconfigRequest } from '../../../../src/protocol/records/node-ops.ts';
import { ensembleOf } from './ensemble-of.ts';

const THREE = ['server.1=127.0.0.1:11:21', 'server.2=127.0.0.1:12:22', 'server.3=127.0.0.1:13:23'];

function configsOf(text: string, facts: { standaloneEnabled?: boolean } = {}): EnsembleConfigs {
  const options = { standaloneEnabled: true, ...facts };
  const parsed = parseConfigText(text, options);
  assert.ok(parsed.ok);
  return new EnsembleConfigs({ current: parsed.config, isDynamic: true, ...options });
}

/** The version line's value, or the name of the error. */
function outcome(facts: Partial<ReconfigRequest>, configs = configsOf(THREE.join('\n'))): string {
  const none = { joiningServers: null, leavingServers: null, newMembers: null, curConfigId: -1 };
  const next = nextConfig({ ...none, ...facts }, configs, 0x100000007);
  if (!(next instanceof EnsembleConfig)) return describeErrorCode(next);
  return next.configText.replaceAll('\n', '|');
}

const UNCHANGED = `${THREE.map((line) => `${line}:participant`).join('|')}|version=100000007`;

/** Each as a Java 3.8.0 ensemble of these three answered it. */
const ANSWERS: readonly (readonly [facts: Partial<ReconfigRequest>, answer: string])[] = [
  [{ curConfigId: 5, leavingServers: '99' }, 'BadVersion'],
  [{ leavingServers: 'abc' }, 'MarshallingError'],
  [{ leavingServers: '' }, UNCHANGED],
  [{}, UNCHANGED],
  [{ leavingServers: '9' }, UNCHANGED],
  [{ joiningServers: 'server.9=127.0.0.1:1:2' }, 'BadArguments'],
  [{ joiningServers: 'server.9=127.0.0.1:1:2:king;3' }, 'BadArguments'],
  [{ joiningServers: 'server.9=127.0.0.1:1:x;3' }, 'BadArguments'],
  [{ joiningServers: 'server.9=127.0.0.1:1:70000;3' }, 'MarshallingError'],
  [{ joiningServers: 'server.9=127.0.0.1:-1:7000;3' }, 'MarshallingError'],
  [{ joiningServers: 'server.9=127.0.0.1:7:7;3' }, 'BadArguments'],
  [{ joiningServers: 'server.9' }, 'BadArguments'],
  [{ joiningServers: 'server.x=127.0.0.1:7:8;3' }, 'MarshallingError'],
  [{ joiningServers: 'server.9=127.0.0.1:7:8;3=4' }, 'BadArguments'],
  [{ joiningServers: 'server.9=10.9.9.9:7:8:observer;3,server.10=10.9.9.9:7:9;4' }, 'BadArguments'],
  [{ leavingServers: '1,3' }, 'BadArguments'],
  [{ newMembers: 'hello=1' }, 'BadArguments'],
  [{ newMembers: 'server.1=127.0.0.1:11:21' }, 'BadArguments'],
  [{ newMembers: `${THREE[0]},${THREE[1]}:observer` }, 'MarshallingError'],
  [{ newMembers: `${THREE[1]}:observer` }, 'MarshallingError'],
  [{ newMembers: 'server.a=127.0.0.1:11:21' }, 'MarshallingError'],
  [{ newMembers: `${THREE[0]}\n${THREE[2]}\nversion=zz` }, 'MarshallingError'],
  [{ newMembers: `${THREE[0]}\n${THREE[2]}\ngroup.1=1` }, 'BadArguments'],
  [{ newMembers: `${THREE[0]}\n${THREE[2]}\ngroup.1=1:7\ngroup.2=3` }, 'MarshallingError'],
  [{ newMembers: `${THREE[0]}\n${THREE[2]}\ngroup.1=1:3\ngroup.2=3` }, 'BadArguments'],
  [{ newMembers: `${THREE.join('\n')}\nversion=7` }, UNCHANGED],
];

test('reconfiguration: what clients may ask wrong → the errors of a Java server', () => {
  for (const [facts, answer] of ANSWERS)
    assert.equal(outcome(facts), answer, JSON.stringify(facts));
});

test('reconfiguration: servers join and leave in one → in the order of Java’s copied map', () => {
  const facts = { joiningServers: 'server.88=127.0.0.1:14:24:observer;2181', leavingServers: '3' };
  assert.equal(
    outcome(facts),
    'server.88=127.0.0.1:14:24:observer;0.0.0.0:2181|server.1=127.0.0.1:11:21:participant|' +
      'server.2=127.0.0.1:12:22:participant|version=100000007',
  );
});

test('reconfiguration: a member that joins again → takes the place of what it was', () => {
  const facts = { joiningServers: 'server.2=127.0.0.1:12:22:observer;2182' };
  assert.match(outcome(facts), /server\.2=127\.0\.0\.1:12:22:observer;0\.0\.0\.0:2182/);
});

test('reconfiguration: single servers where there are groups → refused', () => {
  const configs = configsOf([...THREE, 'group.1=1:2:3'].join('\n'));
  assert.equal(outcome({ leavingServers: '3' }, configs), 'BadArguments');
});

test('reconfiguration: one is pending → the next is refused, whatever it says', () => {
  const configs = configsOf(THREE.join('\n'));
  configs.see(ensembleOf([1, 2], [], 5));
  assert.equal(outcome({ curConfigId: 99 }, configs), 'ReconfigInProgress');
});

test('reconfiguration: standaloneEnabled is false → one voter is enough, none is not', () => {
  const configs = configsOf(THREE.join('\n'), { standaloneEnabled: false });
  assert.match(outcome({ leavingServers: '1,3' }, configs), /^server\.2=/);
  assert.equal(outcome({ leavingServers: '1,2,3' }, configs), 'BadArguments');
});
