import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BareConnection } from '../../../src/io/net/bare-connection.ts';
import { tellConnectionStories } from './connection-stories.ts';
import { listenOnLoopback } from './socket-pairs.ts';

tellConnectionStories('bare handle', false);

test('bare handle: accepted on a Node that was tried → no socket, unless one is asked for', async (t) => {
  const bare = await (await listenOnLoopback(t)).open();
  assert.ok(bare.server.tcp instanceof BareConnection);
  const socket = await (await listenOnLoopback(t, true)).open();
  assert.ok(!(socket.server.tcp instanceof BareConnection));
});
