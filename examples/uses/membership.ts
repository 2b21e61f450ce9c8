/** Membership: everybody knows who is there; who dies is gone. */
import { text } from 'zooid';
import { GroupMembership } from 'zooid/recipes';
import { openClients } from './clients.ts';

await using clients = await openClients();
const monitor = new GroupMembership<string>(await clients.connect(), '/workers', {
  serializer: text,
});
await monitor.watchMembers();

function memberCount(count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (monitor.members.size === count) resolve();
    };
    monitor.onChange(look);
    look();
  });
}

const workers = await Promise.all([clients.connect(), clients.connect(), clients.connect()]);
for (const [index, zk] of workers.entries()) {
  await new GroupMembership(zk, '/workers').join(`worker-${index}`, `10.0.0.${index}`);
}
await memberCount(3);
console.log(monitor.members);
await workers[1]?.close(); // Its process ends: so does its session.
await memberCount(2);
console.log('left are', [...monitor.members.keys()].toSorted().join(' and '));
await monitor.close();
