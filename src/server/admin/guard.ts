/**
 * What every request passes first. The AdminServer is for operators and their programs; a page in an
 * operator's browser must not reach it through that browser. So no other origin is let in, and where
 * only this machine is listened to the Host must be this machine's: a name that somebody else makes
 * point here (DNS rebinding) is none.
 */

import { isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import type { AdminEnv } from './admin-env.ts';

export interface GuardOptions {
  /** Where it listens. */
  readonly address: string;
}

const HEADERS: readonly (readonly [string, string])[] = [
  ['Cache-Control', 'no-store'],
  ['Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'"],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Content-Type-Options', 'nosniff'],
];

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST'];

export function guard({ address }: GuardOptions): MiddlewareHandler<AdminEnv> {
  const isLocalOnly = isLoopback(address);
  return async (c, next) => {
    for (const [name, value] of HEADERS) c.header(name, value);
    const { method } = c.req;
    if (method === 'TRACE') return c.body(null, 403);
    if (!METHODS.includes(method)) {
      c.header('Allow', METHODS.join(', '));
      return c.body(null, method === 'OPTIONS' ? 200 : 405);
    }
    const host = c.req.header('Host') ?? '';
    const name = hostName(host);
    if (isLocalOnly && !isLoopback(name) && name !== address) {
      return c.text('Forbidden: the Host is not this machine\n', 403);
    }
    const site = c.req.header('Sec-Fetch-Site') ?? 'none';
    const origin = c.req.header('Origin');
    const isOwnPage = origin === undefined || /^https?:\/\/(.*)$/.exec(origin)?.[1] === host;
    if (!isOwnPage || (site !== 'none' && site !== 'same-origin')) {
      return c.text('Forbidden: a page of another origin asks\n', 403);
    }
    return next();
  };
}

/** The Host without its port and brackets. */
function hostName(host: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase();
}

export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
