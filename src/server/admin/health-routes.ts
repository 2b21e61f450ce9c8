/**
 * For whoever keeps the process running: /livez fails when it should be started anew, /readyz when no
 * client should be sent here, and why; /metrics is for Prometheus. None of them says more to the world
 * than the client port does.
 */
import { Hono } from 'hono';
import type { WordContext } from '../four-letter-words/word-context.ts';
import type { MetricsPage } from '../metrics/prometheus-page.ts';
import type { AdminEnv } from './admin-env.ts';

export interface HealthRoutesParts {
  readonly words: WordContext;
  metricsPage(): Promise<MetricsPage>;
}

export function createHealthRoutes({ words, metricsPage }: HealthRoutesParts): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>();
  // That it answers is the answer: a server whose disk has failed ends by itself.
  routes.get('/livez', (c) =>
    c.json({ alive: true, uptimeMs: Math.floor(words.figures.uptimeMs) }),
  );
  routes.get('/readyz', (c) => {
    const reasons = reasonsNotToServe(words);
    const mode = reasons.length === 0 ? words.server.mode : null;
    return c.json({ ready: reasons.length === 0, mode, reasons }, reasons.length === 0 ? 200 : 503);
  });
  routes.get('/metrics', async (c) => {
    const page = await metricsPage();
    c.header('Content-Type', page.contentType);
    return c.body(await page.render(c.req.queries('name[]')));
  });
  return routes;
}

/** A read-only server serves only those who ask for it, so it is not ready for everybody. */
function reasonsNotToServe({ server }: WordContext): readonly string[] {
  const { isServing, processor, ensemble, mode } = server;
  if (isServing && processor !== null) {
    return mode === 'read-only' ? ['there is no leader: only read-only clients are served'] : [];
  }
  if (ensemble === null) return ['the server is starting or stopping'];
  return [`no client is served: ${ensemble.peerState}`];
}
