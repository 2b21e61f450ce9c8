/**
 * A source: writes its log, whatever happens to anybody else, and sends it to whichever collector has
 * its group. It keeps no account of what it has sent: the collector says where to go on.
 */
import { existsSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { text, type ZooKeeper } from 'zooid';
import { GroupMembership, NodeCache } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { COLLECTORS, OWNERS, SOURCES, type State, stateJson, states } from './layout.ts';
import { enoughFile, SourceLog } from './source-log.ts';
import { type Hello, wholeLines } from './whole-lines.ts';

const TRY_AGAIN_MS = 100;

const { folder, name: source, group, everyMs } = words('folder', 'name', 'group', 'everyMs');
const log = new SourceLog(folder, source);
let isWriting = true;
let acknowledged = 0;
let collector = 'nobody';

async function write(): Promise<void> {
  while (!existsSync(enoughFile(folder))) {
    log.append(`${new Date().toISOString()} ${group}: something has happened`);
    await pause(Number(everyMs));
  }
  isWriting = false;
}

async function send(zk: ZooKeeper): Promise<void> {
  const owner = new NodeCache<string>(zk, `${OWNERS}/${group}`, { serializer: text });
  const collectors = new GroupMembership<State>(zk, COLLECTORS, { serializer: stateJson });
  await Promise.all([owner.start(), collectors.watchMembers()]);
  for (;;) {
    collector = owner.current?.data ?? 'nobody';
    const port = collectors.members.get(collector)?.port;
    if (port !== undefined) {
      const socket = createConnection(port, '127.0.0.1');
      // A collector that is paused does not close its connections.
      const stop = owner.onChange(() => socket.destroy());
      await sendThrough(socket);
      stop();
    }
    await pause(TRY_AGAIN_MS);
  }
}

async function sendThrough(socket: Socket): Promise<void> {
  socket.write(`${JSON.stringify({ source, group } satisfies Hello)}\n`);
  let isSending = false;
  for await (const answers of wholeLines(socket)) {
    acknowledged = Number(answers.toString().trimEnd().split('\n').at(-1));
    if (isSending) continue;
    isSending = true;
    // That the connection breaks is seen by the loop around this.
    pipeline(log.follow(acknowledged, socket), socket).catch(() => {});
  }
}

async function tell(zk: ZooKeeper): Promise<void> {
  const membership = await new GroupMembership(zk, SOURCES).join(source, '{}');
  for await (const state of states()) {
    const { bytes, number } = log;
    await membership.setData(stateJson.serialize({ ...state, group, bytes }));
    const has = `${collector} has ${acknowledged === bytes ? 'all' : acknowledged} of ${bytes} bytes`;
    const status = `${isWriting ? 'writes' : 'has written'} ${number} lines; ${has}`;
    await report({ status });
  }
}

async function take(): Promise<void> {
  const zk = await connect();
  await Promise.all([send(zk), tell(zk)]);
}

await Promise.all([write(), take()]);
