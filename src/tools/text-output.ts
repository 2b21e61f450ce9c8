/**
 * TextOutput: much text to standard output, in large pieces. Whoever writes in a loop awaits `drain`
 * when it `isFull`: there a reader that is slower is waited for, and one that is gone, or a full
 * disk, ends the loop with the system's error.
 */
const PIECE_CHARACTERS = 1 << 16;

export class TextOutput {
  readonly #stream: NodeJS.WritableStream;
  #pieces: string[] = [];
  #length = 0;

  constructor(stream: NodeJS.WritableStream = process.stdout) {
    this.#stream = stream;
    // Told to the write that failed; without a listener it would end the process.
    if (stream.listenerCount('error') === 0) stream.on('error', () => {});
  }

  get isFull(): boolean {
    return this.#length >= PIECE_CHARACTERS;
  }

  write(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  async drain(): Promise<void> {
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    if (text === '') return;
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }
}
