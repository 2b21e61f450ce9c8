/**
 * Tells whoever started the process that it serves: a line into the pipe whose descriptor
 * ZOOID_READY_FD names, then its end. zkServer.sh waits for it, and s6 knows the same protocol
 * (its notification-fd).
 */
import { closeSync, fstatSync, writeSync } from 'node:fs';
import type { Logger } from './logging/logger.ts';

export function announceReady(env: Readonly<Record<string, string | undefined>>, logger: Logger) {
  const text = env['ZOOID_READY_FD'];
  if (text === undefined) return;
  const descriptor = Number(text);
  try {
    // A number that leads to something else was inherited by mistake: it may be Node's own.
    if (!fstatSync(descriptor).isFIFO()) throw new Error('it is no pipe');
    writeSync(descriptor, '\n');
    closeSync(descriptor);
  } catch (error) {
    // Nobody may be waiting any more; that is no reason not to serve.
    const reason = error instanceof Error ? error.message : String(error);
    logger.info('nobody could be told by ZOOID_READY_FD', { descriptor: text, reason });
  }
}
