/** askWord: a four-letter word to a server, as `echo srvr | nc host port` asks it. */
import { connect } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

export interface Question {
  readonly host: string;
  readonly port: number;
  readonly word: string;
  readonly timeoutMs: number;
  /** Asks by TLS, with these certificates. */
  readonly tls?: ConnectionOptions | undefined;
}

/** No word answers with more; `wchp` of a large server ends here. */
const ANSWER_BYTES_MAX = 16 << 20;

/** Rejects with the system's error, or when the answer is not whole in time. */
export function askWord({ host, port, word, timeoutMs, tls }: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const ask = () => socket.write(word);
    const socket =
      tls === undefined ? connect({ host, port }, ask) : connectTls({ ...tls, host, port }, ask);
    const give = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(() => give(new Error(`no answer in ${timeoutMs} ms`)), timeoutMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) socket.destroy();
    });
    socket.on('error', give);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString());
    });
  });
}
