/** Ends a socket so that the other side sees a reset, unless it has been told of the end already. */
import type { Socket } from 'node:net';

export function cutOff(socket: Socket): void {
  // A reset while the end is being sent fails, and the socket would never say that it is closed.
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
