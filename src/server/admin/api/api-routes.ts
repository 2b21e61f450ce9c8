/**
 * `/api`: what a console or a program wants to know, as src/protocol/admin.ts describes it. Nothing is
 * changed by it. Nodes are shown to who might read them as a client; who asks is known by the address
 * and the header `Authorization`, as for commands.
 */
import { type Context, Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { pathProblem } from '../../../base/path-rules.ts';
import type { AdminErrorCode } from '../../../protocol/admin.ts';
import type { Id } from '../../../protocol/records/acl.ts';
import { recentEvents } from '../../forensics/recent-events.ts';
import type { ServingContext, WordContext } from '../../four-letter-words/word-context.ts';
import type { AdminEnv } from '../admin-env.ts';
import { authenticate } from '../authorization.ts';
import type { EventHub } from './event-hub.ts';
import { viewChildren, viewNode } from './node-views.ts';
import { readWindow, type Window } from './paging.ts';
import {
  viewEnsemble,
  viewMetrics,
  viewServer,
  viewSessions,
  viewWatches,
} from './server-views.ts';

export interface ApiRoutesParts {
  readonly words: WordContext;
  readonly events: EventHub;
}

type AdminContext = Context<AdminEnv>;

/** Thrown by what reads a question, answered in one place. */
class Refusal extends Error {
  readonly code: AdminErrorCode;

  constructor(code: AdminErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

const STATUS = {
  badRequest: 400,
  notAuthenticated: 401,
  noAuth: 403,
  noNode: 404,
  tooMany: 429,
  notServing: 503,
} as const satisfies Record<AdminErrorCode, number>;

export function createApiRoutes({ words, events }: ApiRoutesParts): Hono<AdminEnv> {
  const routes = new Hono<AdminEnv>();
  const serving = () => servingContext(words);
  routes.get('/server', (c) => c.json(viewServer(words)));
  routes.get('/ensemble', (c) => c.json(viewEnsemble(words)));
  routes.get('/metrics', (c) => c.json(viewMetrics(serving())));
  routes.get('/sessions', (c) => c.json(viewSessions(serving(), windowOf(c))));
  routes.get('/watches', (c) => c.json(viewWatches(serving(), windowOf(c))));
  routes.get('/recent', (c) => c.json(recentEvents(words.server.stats)));
  routes.get('/node', (c) => {
    const question = questionOf(c, serving());
    return c.json(found(viewNode(serving(), question), question.path));
  });
  routes.get('/children', (c) => {
    const question = questionOf(c, serving());
    return c.json(found(viewChildren(serving(), question, windowOf(c)), question.path));
  });
  routes.get('/events', (c) => streamEvents(c, { words, events }));
  routes.onError((error, c) => {
    if (!(error instanceof Refusal)) throw error;
    return c.json({ error: error.code, message: error.message }, STATUS[error.code]);
  });
  return routes;
}

function servingContext(words: WordContext): ServingContext {
  const { processor, isServing } = words.server;
  if (isServing && processor !== null) return { ...words, processor };
  throw new Refusal('notServing', 'No client is served now.');
}

function windowOf(c: AdminContext): Window {
  const window = readWindow((name) => c.req.query(name));
  if (window !== null) return window;
  throw new Refusal('badRequest', 'offset and limit are numbers, and limit at most 1000.');
}

function questionOf(c: AdminContext, serving: ServingContext) {
  return { path: pathOf(c.req.query('path') ?? '/'), ids: identify(c, serving) };
}

function pathOf(path: string): string {
  const problem = pathProblem(path);
  if (problem === null) return path;
  throw new Refusal('badRequest', `path: ${problem}.`);
}

/** As a client from there would have them. */
function identify(c: AdminContext, { processor }: ServingContext): readonly Id[] {
  const asker = c.get('asker');
  const own: readonly Id[] = [{ scheme: 'ip', id: asker.remoteAddress }, ...asker.authIds];
  const authorization = c.req.header('Authorization');
  if (authorization === undefined) return own;
  const ids = authenticate(processor.access, { authorization, ...asker });
  if (ids !== null) return [...own, ...ids];
  throw new Refusal('notAuthenticated', 'The header Authorization proves nothing.');
}

function found<View extends object>(view: View | 'noNode' | 'noAuth', path: string): View {
  if (view === 'noNode') throw new Refusal('noNode', `There is no ${path}.`);
  if (view === 'noAuth') throw new Refusal('noAuth', `You may not read ${path}.`);
  return view;
}

function streamEvents(c: AdminContext, { words, events }: ApiRoutesParts): Response {
  const wanted = c.req.query('path');
  const path = wanted === undefined ? null : pathOf(wanted);
  // Without a leader who asks cannot be proven, and sees no node until it asks again.
  const ids = words.server.processor === null ? [] : identify(c, servingContext(words));
  // Hono answers HEAD as GET without the body: a stream would begin that nobody reads or ends.
  if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
  const listener = events.listen({ ids, path });
  if (listener === null) throw new Refusal('tooMany', 'Too many listen already.');
  // Well within the time after which nothing moves on the connection.
  const pauseMs = Math.max(1, words.config.admin.idleTimeoutMs / 3);
  return streamSSE(c, async (stream) => {
    stream.onAbort(() => listener.close());
    const timer = setInterval(() => void stream.write(': still here\n\n'), pauseMs);
    try {
      for (;;) {
        const told = await listener.take();
        if (told.length === 0) return;
        for (const event of told) {
          await stream.writeSSE({ event: event.kind, data: JSON.stringify(event) });
        }
      }
    } finally {
      clearInterval(timer);
      listener.close();
    }
  });
}
