/** A shell that is connected to a server of its own in this process; both go with the test. */
import type { TestContext } from 'node:test';
import { Shell } from '../../src/cli/shell.ts';
import { cleanUp, startEmbedded } from '../server/embedded-server.ts';
import { recordingOutput } from './recording-output.ts';

export async function runningShell(t: TestContext) {
  const server = await startEmbedded(t, { config: { tickTime: 100 } });
  const output = recordingOutput();
  const host = `127.0.0.1:${server.port}`;
  const shell = new Shell({
    ...{ host, output, timeoutMs: 10_000, waitsForConnection: false },
    client: { reconnect: { baseMs: 10, maxMs: 20 } },
  });
  await shell.connect(host);
  cleanUp(t, () => shell.end());
  /** What it prints, events left out. */
  const say = async (line: string) => {
    output.printed.length = 0;
    output.complained.length = 0;
    await shell.runLine(line);
    return {
      out: output.printed.filter((text) => !text.includes('WATCHER::')),
      err: [...output.complained],
      code: shell.exitCode,
    };
  };
  return { server, shell, output, say };
}
