/** Intake: what a collector takes in from one source, over one connection after the other. */
import type { Socket } from 'node:net';
import type { CollectedLog } from './collected-log.ts';

export interface IntakeOptions {
  readonly group: string;
  /** Called when the source has said who it is. */
  open(): Promise<CollectedLog>;
  onCollected(bytes: number): void;
}

export class Intake {
  readonly group: string;
  readonly #options: IntakeOptions;
  #log: CollectedLog | undefined;
  #socket: Socket | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: IntakeOptions) {
    this.group = options.group;
    this.#options = options;
  }

  /**
   * Until the connection ends. A source that was killed may be back before that of its former life
   * has been read to the end: that one ends first, so that the offset which is told is the last.
   */
  serve(socket: Socket, lines: AsyncIterable<Buffer>): Promise<void> {
    this.#socket?.destroy();
    this.#socket = socket;
    this.#turn = this.#turn.then(() => this.#take(socket, lines));
    return this.#turn;
  }

  /** What was taken in is counted when it resolves. */
  async end(): Promise<void> {
    this.#socket?.destroy();
    await this.#turn;
    await this.#log?.close();
  }

  async #take(socket: Socket, lines: AsyncIterable<Buffer>): Promise<void> {
    this.#log ??= await this.#options.open();
    socket.write(`${this.#log.offset}\n`);
    for await (const batch of lines) {
      if (socket !== this.#socket || socket.destroyed) return;
      await this.#log.append(batch);
      this.#options.onCollected(batch.length);
      socket.write(`${this.#log.offset}\n`);
    }
  }
}
