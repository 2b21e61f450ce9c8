/**
 * FrameRecorder: decodes what the server sends, at the moment it leaves, and writes it into the
 * history. It also keeps the identities of each connection, which requests are judged by.
 */
import { BinaryReader } from '../protocol/jute/binary-reader.ts';
import { ConnectResponse, ReplyHeader, Xid } from '../protocol/records/connect.ts';
import { WatcherEvent } from '../protocol/records/watches.ts';
import { toyDigest } from './access.ts';
import { isWrite } from './clients/client-request.ts';
import { readReplyBody } from './clients/reply-body.ts';
import type { AskRecord, Connected, ConnectionHistory } from './history.ts';

interface Recording {
  /** A closeSession was taken. */
  isClosing: boolean;
  /** The ConnectRequest was taken. */
  hasArrived: boolean;
  isConnected: boolean;
  /** How many of `asked` the server has taken. */
  taken: number;
  ids: readonly string[];
  /** Of those taken, the ones without a reply, oldest first. */
  unanswered: AskRecord[];
}

export interface Shown {
  /** -1 where the frame names none. */
  readonly zxid: number;
  readonly connected: Connected | null;
  readonly text: string;
}

/** H5: a reply that nobody can have asked for. */
export class UnaskedReplyError extends Error {}

export class FrameRecorder {
  readonly #recordings = new Map<ConnectionHistory, Recording>();
  readonly #at: () => number;

  constructor(at: () => number) {
    this.#at = at;
  }

  open(connection: ConnectionHistory, address: string): void {
    this.#recordings.set(connection, {
      isClosing: false,
      hasArrived: false,
      isConnected: false,
      taken: 0,
      ids: [`ip:${address}`],
      unanswered: [],
    });
  }

  /**
   * The server has taken this many frames; the first is the ConnectRequest. True when one of the
   * new ones is a sign of life: a frame without a whole header is none. `wasClosing`: the session
   * was about to end before, and then nothing of what is taken counts.
   */
  onTaken(connection: ConnectionHistory, received: number, wasClosing: boolean): boolean {
    const recording = this.#of(connection);
    let isAlive = received > 0 && !recording.hasArrived;
    recording.hasArrived ||= received > 0;
    while (recording.taken < received - 1) {
      const asked = connection.asked[recording.taken++];
      if (asked === undefined) continue;
      if (asked.ask.kind !== 'garbage' || asked.ask.hasHeader) isAlive = true;
      recording.isClosing ||= wasClosing;
      asked.ids = recording.ids;
      asked.takenAt = this.#at();
      if (asked.ask.kind === 'closeSession') recording.isClosing = true;
      if (!recording.isClosing) recording.ids = withAuth(recording.ids, asked);
      recording.unanswered.push(asked);
    }
    return isAlive;
  }

  record(connection: ConnectionHistory, frame: Uint8Array): Shown {
    const recording = this.#of(connection);
    if (!recording.isConnected) return this.#recordConnected(connection, recording, frame);
    const reader = new BinaryReader(frame);
    const { xid, zxid, err } = ReplyHeader.read(reader);
    if (xid === Xid.notification) {
      const { type, path } = WatcherEvent.read(reader);
      const event = { at: this.#at(), zxid, type, path: path ?? '' };
      connection.stream.push({ kind: 'event', event });
      return { zxid, connected: null, text: `event ${type} ${path} zxid ${zxid}` };
    }
    const asked = takeUnanswered(recording, xid);
    if (asked === undefined) throw new UnaskedReplyError(`a reply with xid ${xid}, not asked for`);
    const body = err === 0 ? readReplyBody(asked.ask, frame.subarray(16)) : {};
    if (err !== 0 && frame.length !== 16) throw new UnaskedReplyError('an error with a body');
    const reply = { at: this.#at(), xid, zxid, err, body };
    asked.reply = reply;
    // A read that had to wait is served with the identities of now, a write is judged at once.
    if (!isWrite(asked.ask) && asked.takenAt < reply.at) asked.ids = recording.ids;
    connection.stream.push({ kind: 'reply', asked, reply });
    return {
      zxid,
      connected: null,
      text: `reply ${xid} ${asked.ask.kind} zxid ${zxid} err ${err}`,
    };
  }

  #of(connection: ConnectionHistory): Recording {
    const recording = this.#recordings.get(connection);
    if (recording === undefined) throw new Error('the connection was never opened');
    return recording;
  }

  #recordConnected(connection: ConnectionHistory, recording: Recording, frame: Uint8Array): Shown {
    recording.isConnected = true;
    const response = ConnectResponse.read(new BinaryReader(frame));
    const connected = { sessionId: response.sessionId, timeoutMs: response.timeOut };
    connection.sessionId = response.sessionId;
    connection.stream.push({ kind: 'connected', at: this.#at(), connected });
    return { zxid: -1, connected, text: `connected ${response.sessionId} ${response.timeOut}` };
  }
}

/** Auth is answered at once, everything else in its turn. */
function takeUnanswered(recording: Recording, xid: number): AskRecord | undefined {
  const at = recording.unanswered.findIndex((asked) => asked.xid === xid);
  if (at < 0) return undefined;
  return recording.unanswered.splice(at, 1)[0];
}

function withAuth(ids: readonly string[], { ask }: AskRecord): readonly string[] {
  if (ask.kind !== 'auth' || ask.scheme !== 'digest') return ids;
  const credentials = String.fromCharCode(...ask.auth);
  if (!credentials.includes(':')) return ids;
  const id = `digest:${toyDigest(credentials)}`;
  return ids.includes(id) ? ids : [...ids, id];
}
