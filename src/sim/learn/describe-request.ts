/** What clients ask and are answered, in one short line each. */
import { describeZxid } from '../../base/zxid.ts';
import { describeErrorCode } from '../../protocol/error-code.ts';
import { OpCode } from '../../protocol/op-code.ts';
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
  if (ask.kind === 'setWatches') {
    const { dataWatches, relativeZxid } = ask.watches;
    parts.push(`(data: ${dataWatches}; seen up to ${describeZxid(relativeZxid)})`);
  }
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
  else parts.push(body.data === undefined ? describeParts(body) : textOf(body.data));
  if (body.names !== undefined) parts.push(`[${body.names.join(', ')}]`);
  if (body.stat !== undefined) parts.push(`version ${body.stat.version}`);
  return `${parts.join(' ')} (at zxid ${describeZxid(zxid)})`;
}

/** A multi has failed when one of its parts has. */
function describeParts({ parts = [] }: ReplyBody): string {
  const failed = parts.find(({ type, count }) => type === OpCode.error && count !== 0);
  return failed === undefined ? 'ok' : describeErrorCode(failed.count ?? 0);
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
