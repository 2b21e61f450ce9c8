// Random requests against Java 3.9 and Zooid, a fresh server for each seed: every answer and every
// event must be the same. ZOOID_SEED takes another first seed for a longer search.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { javaServerAvailability } from './java-server.ts';
import { runRandomRequests } from './scenarios/random-requests.ts';
import { againstJava, againstZooid } from './side-by-side.ts';
import { zooidServerAvailability } from './zooid-server.ts';

const first = Number(process.env['ZOOID_SEED'] ?? 1);
const SEEDS = 8;

for (let seed = first; seed < first + SEEDS; seed += 1) {
  test(`random requests: seed ${seed} → as Java 3.9 answers`, async (t) => {
    const zooid = zooidServerAvailability();
    if (!zooid.available) return t.skip(zooid.reason);
    const java = await javaServerAvailability('3.9');
    if (!java.available) return t.skip(java.reason);
    const run = (port: number): Promise<string[]> => runRandomRequests(port, seed);
    const [expected, got] = await Promise.all([againstJava('3.9', run), againstZooid(run)]);
    assert.ok(expected.filter((line) => line.includes(' err=0')).length > 100);
    assert.deepEqual(got, expected);
  });
}
