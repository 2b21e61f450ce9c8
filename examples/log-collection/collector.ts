/**
 * A collector: takes its share of the groups, and takes in the lines of their sources. It ends when it
 * has lost its session or finds that somebody else has one of its sources, and is started again.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { GroupMembership, WorkPartitioner } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { CollectedLog } from './collected-log.ts';
import { Intake } from './intake.ts';
import { COLLECTORS, GROUP_NAMES, GROUPS, stateJson, states } from './layout.ts';
import { type Hello, wholeLines } from './whole-lines.ts';

const { folder, name } = words('folder', 'name');
const zk = await connect();
/** Group → fencing token. */
const held = new Map<string, bigint>();
/** By source. */
const intakes = new Map<string, Intake>();
let bytes = 0;

async function serve(socket: Socket): Promise<void> {
  const lines = wholeLines(socket);
  const { value: first } = await lines.next();
  if (first === undefined) return;
  const { source, group } = JSON.parse(first.toString()) as Hello;
  const fencingToken = held.get(group);
  // The source has heard of it before us, or not yet of the next one: it tries again.
  if (fencingToken === undefined) return void socket.destroy();
  const intake =
    intakes.get(source) ??
    new Intake({
      group,
      open: () => CollectedLog.open(zk, { folder, source, fencingToken }),
      onCollected: (count) => {
        bytes += count;
      },
    });
  intakes.set(source, intake);
  await intake.serve(socket, lines);
}

/** The group is the next one's when this resolves. */
async function releaseGroup(group: string): Promise<void> {
  held.delete(group);
  const ending = [...intakes].filter(([, intake]) => intake.group === group);
  for (const [source] of ending) intakes.delete(source);
  await Promise.all(ending.map(([, intake]) => intake.end()));
}

const server = createServer((socket) => void serve(socket));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

/** The sources find the address here: it must be there before a group is ours. */
const membership = await new GroupMembership(zk, COLLECTORS).join(name, '{}');
const partitioner = new WorkPartitioner(zk, GROUPS, {
  memberId: name,
  partitions: GROUP_NAMES,
  onAcquire: (group, fencingToken) => held.set(group, fencingToken),
  onRelease: releaseGroup,
});
void partitioner.start();

for await (const state of states()) {
  await membership.setData(stateJson.serialize({ ...state, port, bytes }));
  const groups = [...held.keys()].toSorted().join(', ') || 'no groups';
  const status = `${groups}; ${intakes.size} sources, ${bytes} bytes collected`;
  await report({ status });
}
