/** What clients ask and are answered, in one short line each. */
import { describeZxid } from '../../base/zxid.ts';
import { describeErrorCode } from '../../protocol/error-code.ts';
import { EventType } from '../../protocol/watch-event.ts';
import { type Ask, describeAsk } from '../clients/client-request.ts';
import type { ReplyBody } from '../clients/reply-body.ts';

/** ZooKeeper's names: `NodeDataChanged`. */
const EVENTS = new Map<number, string>(
  Object.entries(EventType).map(([name, type]) => [type, name[0]?.toUpperCase() + name.slice(1)]),
);

export function describeSent(ask: Ask): string {
  const parts = [describeAsk(ask)];
  if ('data' in ask) parts.push(textOf(ask.data));
  if (ask.kind === 'create' && (ask.flags & 1) !== 0) parts.push('(ephemeral)');
  if ('watch' in ask && ask.watch) parts.push('(and watch)');
  return parts.join(' ');
}

export interface Answer {
  readonly zxid: number;
  readonly err: number;
  readonly body: ReplyBody;
}

export function describeAnswer(ask: Ask, { zxid, err, body }: Answer): string {
  const parts = [`${describeAsk(ask)}:`];
  if (err !== 0) parts.push(describeErrorCode(err));
  else parts.push(body.data === undefined ? 'ok' : textOf(body.data));
  if (body.names !== undefined) parts.push(`[${body.names.join(', ')}]`);
  if (body.stat !== undefined) parts.push(`version ${body.stat.version}`);
  return `${parts.join(' ')} (at zxid ${describeZxid(zxid)})`;
}

export function describeWatchEvent(type: number, path: string): string {
  return `event ${EVENTS.get(type) ?? type} ${path}`;
}

export function textOf(bytes: Uint8Array | null): string {
  return `"${String.fromCharCode(...(bytes ?? []))}"`;
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
