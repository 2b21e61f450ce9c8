/** Hot standby: one unit is RUNNING, the others STANDBY; they switch over on request and on death. */
import { HotStandby } from 'zooid/recipes';
import { openClients } from './clients.ts';

await using clients = await openClients();
let onRunning: (identifier: string) => void = () => {};

async function startUnit(identifier: string) {
  const zk = await clients.connect();
  const unit = new HotStandby(zk, '/payments', {
    identifier,
    activate: () => {
      console.log(`${identifier}: RUNNING`);
      onRunning(identifier);
    },
    deactivate: () => console.log(`${identifier}: STANDBY`),
  });
  await unit.start();
  return { zk, unit };
}

function running(wanted: string): Promise<void> {
  return new Promise((resolve) => {
    onRunning = (identifier) => {
      if (identifier === wanted) resolve();
    };
  });
}

const firstRuns = running('one');
const one = await startUnit('one');
const two = await startUnit('two');
await firstRuns;
const secondRuns = running('two');
await one.unit.switchOver(); // For maintenance of the first.
await secondRuns;
const takenBack = running('one');
await two.zk.close(); // The second one dies.
await takenBack;
await one.unit.stop();
console.log('one ran, two ran, and one again');
