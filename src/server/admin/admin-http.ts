/**
 * The HTTP under the AdminServer: plain, of TLS alone (`admin.forceHttps`), or both on one port
 * (`admin.portUnification`), where the first byte tells: a handshake record begins with 22, which no
 * method of HTTP does.
 */
import type { Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createDoor, type Server as Door, type Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { HANDSHAKE_RECORD, plainAddress } from '../../io/net/tcp-connection.ts';
import type { ServerConfig } from '../config/server-config.ts';
import type { Logger } from '../logging/logger.ts';
import type { TlsOptions } from '../tls/tls-options.ts';
import type { createAdminApp } from './admin-app.ts';

export interface AdminHttpParts {
  readonly admin: ServerConfig['admin'];
  readonly logger: Logger;
  /** Null where no TLS is spoken. */
  readonly tls: TlsOptions | null;
  readonly fetch: ReturnType<typeof createAdminApp>['fetch'];
}

export interface AdminHttp {
  /** What is to listen. */
  readonly door: Door;
  /** Listens no more, and cuts off who is connected. */
  close(): void;
}

/** Operators are few; a crowd of connections must not take descriptors from clients. */
const CONNECTIONS_MAX = 64;
const HEADER_BYTES_MAX = 16 * 1024;

export function createAdminHttp(parts: AdminHttpParts): AdminHttp {
  const { admin, tls } = parts;
  if (tls === null) return alone(createHttp(parts, null));
  const secure = createHttp(parts, tls);
  return admin.isHttpsForced ? alone(secure) : unified(createHttp(parts, null), secure, parts);
}

function createHttp({ admin, logger, fetch }: AdminHttpParts, tls: TlsOptions | null): Server {
  const { idleTimeoutMs } = admin;
  const options = {
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: idleTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    connectionsCheckingInterval: Math.min(30_000, idleTimeoutMs),
  };
  const http = createAdaptorServer({
    fetch,
    overrideGlobalObjects: false,
    ...(tls === null
      ? { serverOptions: options }
      : {
          createServer: createHttpsServer,
          serverOptions: { ...options, ...tls, handshakeTimeout: idleTimeoutMs },
        }),
  }) as Server;
  // Also of who takes an answer more slowly than that, or not at all.
  http.setTimeout(idleTimeoutMs, (socket) => {
    const from = plainAddress(socket.remoteAddress ?? '');
    logger.info('a connection of the AdminServer is cut off: nothing moves', { from });
    socket.destroy();
  });
  return http;
}

function alone(http: Server): AdminHttp {
  http.maxConnections = CONNECTIONS_MAX;
  const close = () => {
    http.close();
    http.closeAllConnections();
  };
  return { door: http, close };
}

function unified(plain: Server, secure: Server, { admin }: AdminHttpParts): AdminHttp {
  const sockets = new Set<Socket>();
  const door = createDoor((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.setTimeout(admin.idleTimeoutMs, () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.removeAllListeners('timeout');
      socket.unshift(first);
      if (first[0] === HANDSHAKE_RECORD) {
        // It takes what is there by itself.
        secure.emit('connection', socket);
      } else {
        plain.emit('connection', socket);
        socket.resume();
      }
    });
  });
  door.maxConnections = CONNECTIONS_MAX;
  // They do not listen, but must look after slow headers as if they did.
  for (const server of [plain, secure]) server.emit('listening');
  const close = () => {
    door.close();
    for (const server of [plain, secure]) server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { door, close };
}
