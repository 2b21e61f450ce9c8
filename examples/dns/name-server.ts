/**
 * A name server: answers from its copy of the tree, over UDP and TCP, at the same port. Cut off from
 * the tree it goes on with what it knew last.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { GroupMembership } from 'zooid/recipes';
import { connect, report, words } from '../frame/part.ts';
import { type Asked, answer } from './answer.ts';
import { Directory } from './directory.ts';
import { SERVERS, serverJson } from './layout.ts';
import { Zone } from './zone.ts';

const ADDRESS = '127.0.0.1';
const CONNECTIONS_MAX = 100;
const IDLE_MS = 10_000;
const REPORT_MS = 500;
/** Before each message on a TCP connection. */
const LENGTH_BYTES = 2;

const { name, port: wantedPort } = words('name', 'port');
const zk = await connect({ onExpired: 'renew' });
const directory = new Directory(zk);
// Not before it has read the tree: it would say of every name that there is no such thing.
await directory.start();
let [known, zone] = [directory.domains, new Zone(directory.domains)];
let answers = 0;

function reply(message: Buffer, transport: Asked['transport']): Buffer | undefined {
  const now = directory.domains;
  if (now !== known) [known, zone] = [now, new Zone(now)];
  answers++;
  return answer(message, { zone, transport, random: Math.random });
}

async function* replies(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + rest.readUInt16BE();
      if (rest.length < end) break;
      const bytes = reply(rest.subarray(LENGTH_BYTES, end), 'tcp');
      rest = rest.subarray(end);
      if (bytes === undefined) return;
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt16BE(bytes.length);
      yield Buffer.concat([length, bytes]);
    }
  }
}

// Half open: some end their side with the question.
const tcp = createServer({ allowHalfOpen: true }, (socket) => {
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  // Whoever asked may be gone.
  pipeline(socket, replies, socket).catch(() => {});
});
tcp.maxConnections = CONNECTIONS_MAX;
tcp.listen(Number(wantedPort), ADDRESS);
await once(tcp, 'listening');
const { port } = tcp.address() as AddressInfo;

const udp = createSocket('udp4');
udp.on('message', (message, from) => {
  const bytes = reply(message, 'udp');
  if (bytes !== undefined && from.port > 0) udp.send(bytes, from.port, from.address, () => {});
});
// If somebody has just this one, the next start takes another port, or waits for it.
udp.bind(port, ADDRESS);
await once(udp, 'listening');

const where = `dig @${ADDRESS} -p ${port}`;
await report({ status: `${where}: not in the tree yet` });
await new GroupMembership(zk, SERVERS).join(name, serverJson.serialize({ port }));
for (;;) {
  await report({ status: `${where}: ${answers} answers, ${known.size} domains`, count: answers });
  await pause(REPORT_MS);
}
