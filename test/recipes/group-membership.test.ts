import assert from 'node:assert/strict';
import { text } from '../../src/client/index.ts';
import { GroupMembership } from '../../src/recipes/group-membership.ts';
import { nextChange, rootedTest } from './changing-client.ts';

rootedTest(
  'group: members join, tell, leave, die → everybody’s list follows',
  async ({ connect }) => {
    const zk = await connect();
    const [first, second] = [await connect(), await connect()];
    const group = new GroupMembership<string>(zk, '/g', { serializer: text });
    await group.watchMembers();
    const joined = nextChange(group, ({ name }) => name === 'b');
    await using one = await new GroupMembership(first, '/g').join('a', '1');
    await new GroupMembership(second, '/g').join('b', '2');
    await joined;
    assert.deepEqual([...group.members].toSorted(), [
      ['a', '1'],
      ['b', '2'],
    ]);
    const told = nextChange(group, ({ type }) => type === 'changed');
    await one.setData('9');
    await told;
    assert.equal(group.members.get('a'), '9');
    const died = nextChange(group, ({ type, name }) => type === 'removed' && name === 'b');
    await second.close();
    await died;
    const left = nextChange(group, ({ type, name }) => type === 'removed' && name === 'a');
    await one.leave();
    await left;
    assert.equal(group.members.size, 0);
    await group.close();
  },
);
