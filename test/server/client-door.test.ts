import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { TcpConnection } from '../../src/io/net/tcp-connection.ts';
import { ClientDoor } from '../../src/server/client-door.ts';
import { silentLogger } from '../../src/server/logging/logger.ts';

function options(port: number, address = '127.0.0.1') {
  return { port, address, backlog: -1, keepAlive: false };
}

test('door: it moves → who comes is let in at the new place; where it cannot listen it stays', async (t) => {
  const came: TcpConnection[] = [];
  const door = new ClientDoor({
    options: options(0),
    tls: null,
    logger: silentLogger,
    onConnection: (tcp) => {
      came.push(tcp);
      tcp.destroy();
    },
  });
  t.after(() => door.close());
  await door.listen();
  const { port } = door;
  const enter = (host: string) => once(connect({ port, host }), 'close');
  await enter('127.0.0.1');
  assert.equal(came.length, 1);
  await assert.rejects(door.move(options(port, '192.0.2.7')));
  await enter('127.0.0.1');
  assert.equal(came.length, 2);
  await door.move(options(port, '127.0.0.6'));
  await enter('127.0.0.6');
  assert.equal(came.length, 3);
  await assert.rejects(enter('127.0.0.1'), { code: 'ECONNREFUSED' });
});
