/** All tests of this folder once more, against Java's server: one process, one JVM. */
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { javaServerAvailability } from '../interop/java-server.ts';
import { useServer } from './recipe-server.ts';

const availability = await javaServerAvailability('3.8');
if (availability.available) {
  useServer('java');
  const files = readdirSync(new URL('.', import.meta.url)).filter((name) => {
    return name.endsWith('.test.ts') && name !== 'java.test.ts';
  });
  for (const file of files.sort()) await import(new URL(file, import.meta.url).href);
} else {
  test('java 3.8: recipes', (t) => t.skip(`Java ZooKeeper 3.8 is missing: ${availability.reason}`));
}
