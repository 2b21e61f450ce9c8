/** Asks a server by the four-letter word `isro` whether it takes writes. */
import type { Host } from '../machine/host-provider.ts';
import type { Connection, Dial } from './connection.ts';

const PROBE_TIMEOUT_MS = 2000;
const WORD = new TextEncoder().encode('isro');

/** False for a read-only server, for none, and for one that does not answer in time. */
export function isReadWrite(dial: Dial, host: Host): Promise<boolean> {
  return new Promise((resolve) => {
    let connection: Connection | null = null;
    let answer = '';
    const end = () => {
      clearTimeout(timer);
      attempt.cancel();
      connection?.destroy();
      resolve(answer === 'rw');
    };
    const timer = setTimeout(end, PROBE_TIMEOUT_MS);
    // Whoever is closed meanwhile does not wait for this.
    timer.unref();
    const attempt = dial(
      { ...host, timeoutMs: PROBE_TIMEOUT_MS },
      {
        onConnected(connected) {
          connection = connected;
          connected.start({
            onBytes(bytes) {
              answer += new TextDecoder().decode(bytes).slice(0, 2 - answer.length);
              if (answer.length === 2) end();
            },
            onDrain() {},
            onClose: end,
          });
          connected.write(WORD, WORD.length);
        },
        onFailed: end,
      },
    );
  });
}
