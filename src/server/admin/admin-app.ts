/** Everything that the AdminServer answers, as one function from requests to responses. */
import type { TLSSocket } from 'node:tls';
import { Hono } from 'hono';
import { plainAddress } from '../../io/net/tcp-connection.ts';
import { X509Provider } from '../auth/x509-provider.ts';
import type { AdminEnv } from './admin-env.ts';
import { type ApiRoutesParts, createApiRoutes } from './api/api-routes.ts';
import { forwardedAddress } from './authorization.ts';
import { type CommandRoutesParts, createCommandRoutes } from './command-routes.ts';
import { guard } from './guard.ts';
import { createHealthRoutes, type HealthRoutesParts } from './health-routes.ts';

/** Compat: Java's value. */
const HTTPS_FROM_NOW_ON = 'max-age=86400; includeSubDomains';

export type AdminAppParts = Omit<CommandRoutesParts, 'commandUrl'> &
  HealthRoutesParts &
  ApiRoutesParts;

export function createAdminApp(parts: AdminAppParts): Hono<AdminEnv> {
  const { words, logger } = parts;
  const { admin, access } = words.config;
  const users = new X509Provider(access.x509SuperUser);
  const app = new Hono<AdminEnv>();
  app.use(guard({ address: admin.address }), async (c, next) => {
    const { socket } = c.env.incoming;
    const own = plainAddress(socket.remoteAddress ?? '');
    const forwarded = access.useXForwardedFor ? c.req.header('X-Forwarded-For') : undefined;
    const remoteAddress = forwardedAddress(forwarded, own);
    const secure = 'encrypted' in socket ? (socket as TLSSocket) : null;
    if (secure !== null) c.header('Strict-Transport-Security', HTTPS_FROM_NOW_ON);
    // Only a trusted one is asked for.
    const certificate = secure?.authorized ? secure.getPeerX509Certificate() : undefined;
    const authIds = certificate === undefined ? [] : (users.identify(certificate) ?? []);
    c.set('asker', { remoteAddress, authIds });
    return next();
  });
  app.route('/', createHealthRoutes(parts));
  app.route('/api', createApiRoutes(parts));
  app.route('/', createCommandRoutes({ ...parts, commandUrl: admin.commandUrl }));
  app.notFound((c) => c.text('Not Found\n', 404));
  app.onError((error, c) => {
    logger.error('a request to the AdminServer failed', { path: c.req.path, error });
    return c.text('Internal Server Error\n', 500);
  });
  return app;
}
