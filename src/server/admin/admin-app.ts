/** Everything that the AdminServer answers, as one function from requests to responses. */
import { Hono } from 'hono';
import { plainAddress } from '../../io/net/tcp-connection.ts';
import type { AdminEnv } from './admin-env.ts';
import { type ApiRoutesParts, createApiRoutes } from './api/api-routes.ts';
import { forwardedAddress } from './authorization.ts';
import { type CommandRoutesParts, createCommandRoutes } from './command-routes.ts';
import { guard } from './guard.ts';
import { createHealthRoutes, type HealthRoutesParts } from './health-routes.ts';

export type AdminAppParts = Omit<CommandRoutesParts, 'commandUrl'> &
  HealthRoutesParts &
  ApiRoutesParts;

export function createAdminApp(parts: AdminAppParts): Hono<AdminEnv> {
  const { words, logger } = parts;
  const { admin, access } = words.config;
  const app = new Hono<AdminEnv>();
  app.use(guard({ address: admin.address }), async (c, next) => {
    const own = plainAddress(c.env.incoming.socket.remoteAddress ?? '');
    const forwarded = access.useXForwardedFor ? c.req.header('X-Forwarded-For') : undefined;
    c.set('asker', { remoteAddress: forwardedAddress(forwarded, own), authIds: [] });
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
