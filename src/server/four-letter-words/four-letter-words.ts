/**
 * FourLetterWords: recognises four-letter words in the first bytes of a connection and answers
 * them (ZooKeeper's FourLetterCommands and CommandExecutor). A known word that the whitelist does
 * not hold is refused by name; unknown bytes are a frame's length and none of its business.
 */
import type { ClientConnection } from '../../core/requests/client-connection.ts';
import type { FirstBytes, FourLetterAnswer } from '../client-port.ts';
import { type FourLetterWord, plainWord, type WordContext } from './word-context.ts';
import { fourLetterWords } from './word-table.ts';

/** Control-C in telnet: IAC IP IAC DO. Java knows it as a word and closes the connection. */
const TELNET_CLOSE_BYTES = 0xfff4fffd;
const TELNET_CLOSE = 'telnet close';

const telnetClose: FourLetterWord = plainWord(() => '');

export class FourLetterWords implements FirstBytes {
  readonly #context: WordContext;

  constructor(context: WordContext) {
    this.#context = context;
  }

  answer(bytes: Uint8Array): WordAnswer | null {
    const name = nameIn(bytes);
    const word = name === TELNET_CLOSE ? telnetClose : fourLetterWords.get(name);
    if (word === undefined) return null;
    const isAllowed = this.#isAllowed(name);
    return {
      bytesNeeded: isAllowed ? word.bytesNeeded : 4,
      text: (all, connection = null) => {
        const answered = isAllowed ? word : refusal(name);
        return this.#run(answered, all, connection);
      },
    };
  }

  #isAllowed(name: string): boolean {
    const { fourLetterWordWhitelist: whitelist } = this.#context.config.requests;
    return whitelist === '*' || whitelist.includes(name);
  }

  #run(word: FourLetterWord, bytes: Uint8Array, connection: ClientConnection | null): string {
    const { isServing, processor } = this.#context.server;
    // Compat: the word is a packet, received before the answer is made and sent after.
    if (processor !== null) processor.stats.packetsReceived++;
    if (connection !== null) connection.stats.received++;
    const request = { bytes, connection };
    let text: string;
    if (word.kind === 'plain') text = word.answer(this.#context, request);
    else if (!isServing || processor === null) text = word.notServing;
    else text = word.answer({ ...this.#context, processor }, request);
    if (processor !== null) processor.stats.packetsSent++;
    return text;
  }
}

interface WordAnswer extends FourLetterAnswer {
  text(bytes: Uint8Array, connection?: ClientConnection | null): string;
}

function refusal(name: string): FourLetterWord {
  const text = `${name} is not executed because it is not in the whitelist.\n`;
  return plainWord(() => text);
}

function nameIn(bytes: Uint8Array): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const int = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return int === TELNET_CLOSE_BYTES ? TELNET_CLOSE : String.fromCharCode(a, b, c, d);
}
