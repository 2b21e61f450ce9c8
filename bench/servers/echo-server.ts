// The process behind the echo contestant: answers the connect request with a session, four-letter
// words with a line, and each later frame with a getData reply of 100 bytes. All replies to one
// read leave in one write.

import { Buffer } from 'node:buffer';
import { createServer, type Socket } from 'node:net';
import { FrameCounter } from '../load/frame-counter.ts';

const DATA_BYTES = 100;
const STAT_BYTES = 68;
const REPLY_BYTES = 4 + 16 + 4 + DATA_BYTES + STAT_BYTES;
const REPLIES_MAX = 4096;
const CONNECT_REPLY_BYTES = 41;
const SESSION_TIMEOUT_MS = 40_000;
const FOUR_LETTER_WORD = 'srvr';

const replies = Buffer.alloc(REPLY_BYTES * REPLIES_MAX);
for (let at = 0; at < replies.length; at += REPLY_BYTES) {
  replies.writeInt32BE(REPLY_BYTES - 4, at);
  replies.writeInt32BE(1, at + 4);
  replies.writeInt32BE(DATA_BYTES, at + 20);
}
const connectReply = Buffer.alloc(CONNECT_REPLY_BYTES);
connectReply.writeInt32BE(CONNECT_REPLY_BYTES - 4, 0);
connectReply.writeInt32BE(SESSION_TIMEOUT_MS, 8);
connectReply.writeInt32BE(1, 16);
connectReply.writeInt32BE(16, 20);

const serve = (socket: Socket): void => {
  const counter = new FrameCounter();
  let isConnected = false;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    if (!isConnected && chunk.toString('latin1') === FOUR_LETTER_WORD) {
      socket.end('echo\n');
      return;
    }
    let frames = counter.consume(chunk, chunk.length);
    if (!isConnected && frames > 0) {
      isConnected = true;
      frames -= 1;
      socket.write(connectReply);
    }
    if (frames > 0) socket.write(replies.subarray(0, frames * REPLY_BYTES));
  });
};

createServer({ noDelay: true }, serve).listen(Number(process.argv[2]), '127.0.0.1', 1024);
