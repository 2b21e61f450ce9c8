/** A client over a real socket, which speaks in whole frames and decodes what comes back. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { BinaryReader } from '../../src/protocol/jute/binary-reader.ts';
import { FrameDecoder } from '../../src/protocol/jute/frame-decoder.ts';
import { ConnectResponse, ReplyHeader } from '../../src/protocol/records/connect.ts';
import { encodeAsk, encodeConnect, type SentAsk } from '../../src/sim/clients/client-request.ts';

export interface SocketReply {
  readonly xid: number;
  readonly err: number;
  readonly body: Uint8Array;
}

export class SocketClient {
  readonly socket: Socket;
  readonly #frames: Uint8Array[] = [];
  #isEnded = false;
  #onChange = () => {};
  #nextXid = 1;

  private constructor(socket: Socket) {
    this.socket = socket;
    const decoder = new FrameDecoder(16_000_000);
    socket.on('data', (chunk) => {
      decoder.push(chunk);
      while (decoder.next()) {
        this.#frames.push(decoder.bytes.slice(decoder.start, decoder.end));
      }
      decoder.keepUnread();
      this.#onChange();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#isEnded = true;
      this.#onChange();
    });
  }

  static async open(port: number): Promise<SocketClient> {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    return new SocketClient(socket);
  }

  /** With a session. */
  static async connect(port: number): Promise<SocketClient> {
    const client = await SocketClient.open(port);
    const response = await client.handshake();
    assert.ok(response.sessionId !== 0n, 'refused');
    return client;
  }

  async handshake(): Promise<ConnectResponse> {
    this.socket.write(
      encodeConnect({
        protocolVersion: 0,
        lastZxidSeen: 0,
        timeOut: 10_000,
        sessionId: 0n,
        passwd: new Uint8Array(16),
        readOnly: false,
      }),
    );
    return ConnectResponse.decode(await this.frame());
  }

  send(ask: SentAsk): number {
    const xid = this.#nextXid++;
    this.socket.write(encodeAsk(xid, ask));
    return xid;
  }

  async call(ask: SentAsk): Promise<SocketReply> {
    this.send(ask);
    return this.reply();
  }

  async reply(): Promise<SocketReply> {
    const frame = await this.frame();
    const { xid, err } = ReplyHeader.read(new BinaryReader(frame));
    return { xid, err, body: frame.subarray(16) };
  }

  async frame(): Promise<Uint8Array> {
    await this.#until(() => this.#frames.length > 0 || this.#isEnded);
    const frame = this.#frames.shift();
    assert.ok(frame !== undefined, 'the server has ended the connection');
    return frame;
  }

  /** Resolves when the server has ended or cut the connection. */
  ended(): Promise<void> {
    this.socket.on('end', () => this.socket.end());
    return this.#until(() => this.#isEnded);
  }

  close(): void {
    this.socket.destroy();
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => {
        if (!holds()) return;
        this.#onChange = () => {};
        resolve();
      };
      this.#onChange();
    });
  }
}
