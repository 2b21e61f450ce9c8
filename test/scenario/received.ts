/** What a client gets, decoded by what it asked. */
import { BinaryReader } from '../../src/protocol/jute/binary-reader.ts';
import { ConnectResponse, ReplyHeader, Xid } from '../../src/protocol/records/connect.ts';
import { WatcherEvent } from '../../src/protocol/records/watches.ts';
import type { Ask } from '../../src/sim/clients/client-request.ts';
import { type ReplyBody, readReplyBody } from '../../src/sim/clients/reply-body.ts';

export interface ReceivedEvent {
  readonly kind: 'event';
  readonly type: number;
  readonly path: string;
  readonly zxid: number;
}

export interface ReceivedReply {
  readonly kind: 'reply';
  readonly xid: number;
  readonly zxid: number;
  readonly err: number;
  /** Null when nothing was asked under this xid. */
  readonly ask: Ask | null;
  readonly body: ReplyBody;
}

export type Received =
  | {
      readonly kind: 'connected';
      readonly response: ConnectResponse;
      /** 36 or 37. */
      readonly bytes: number;
    }
  | ReceivedEvent
  | ReceivedReply;

interface Receiver {
  hasConnected: boolean;
  readonly asked: { readonly xid: number; readonly ask: Ask }[];
}

export function readReceived(client: Receiver, frame: Uint8Array): Received {
  if (!client.hasConnected) {
    client.hasConnected = true;
    return { kind: 'connected', response: ConnectResponse.decode(frame), bytes: frame.length };
  }
  const reader = new BinaryReader(frame);
  const { xid, zxid, err } = ReplyHeader.read(reader);
  if (xid === Xid.notification) {
    const { type, path } = WatcherEvent.read(reader);
    return { kind: 'event', type, path: path ?? '', zxid };
  }
  const at = client.asked.findIndex((asked) => asked.xid === xid);
  const [asked] = at < 0 ? [] : client.asked.splice(at, 1);
  const ask = asked?.ask ?? null;
  const body = ask === null || err !== 0 ? {} : readReplyBody(ask, frame.subarray(16));
  if (err !== 0 && frame.length !== 16) throw new Error('an error with a body');
  return { kind: 'reply', xid, zxid, err, ask, body };
}
