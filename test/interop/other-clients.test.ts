// Two more client libraries with code of their own for the protocol, Go's and npm's: what a session
// prints is the same against Java and Zooid. Each uses most of what its library can do.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProgramOutput, runProgram } from './clients/client-program.ts';
import { ensureGoClient, ensureNodeClient, type FetchedClient } from './clients/fetched-clients.ts';
import { javaServerAvailability } from './java-server.ts';
import { againstJava, againstZooid } from './side-by-side.ts';
import { zooidServerAvailability } from './zooid-server.ts';

const clients: Record<string, () => Promise<FetchedClient>> = {
  'Go client': ensureGoClient,
  'npm client': ensureNodeClient,
};

for (const [name, ensure] of Object.entries(clients)) {
  test(`${name}: a session with everything it can do → same output as against Java`, async (t) => {
    const zooid = zooidServerAvailability();
    if (!zooid.available) return t.skip(zooid.reason);
    const java = await javaServerAvailability('3.9');
    if (!java.available) return t.skip(java.reason);
    const client = await ensure();
    if (!client.available) return t.skip(client.reason);
    const { command, args } = client.session;
    const run = (port: number): Promise<ProgramOutput> =>
      runProgram({ command, args: [...args, `127.0.0.1:${port}`] });
    const [expected, got] = await Promise.all([againstJava('3.9', run), againstZooid(run)]);
    assert.ok(expected.stdout.length > 25, expected.stdout.join('\n'));
    assert.equal(expected.code, 0, expected.stderr.join('\n'));
    assert.deepEqual(got, expected);
  });
}
