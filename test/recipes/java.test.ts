/**
 * All tests of this folder once more, against Java's server: one process, one JVM. It is of 3.8, or
 * of what ZOOID_RECIPES_JAVA names.
 */
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { javaServerAvailability } from '../interop/java-server.ts';
import { useServer } from './recipe-server.ts';

const version = process.env['ZOOID_RECIPES_JAVA'] === '3.9' ? '3.9' : '3.8';
const availability = await javaServerAvailability(version);
if (availability.available) {
  useServer(version);
  const files = readdirSync(new URL('.', import.meta.url)).filter((name) => {
    return name.endsWith('.test.ts') && name !== 'java.test.ts';
  });
  for (const file of files.sort()) await import(new URL(file, import.meta.url).href);
} else {
  test(`java ${version}: recipes`, (t) =>
    t.skip(`Java ZooKeeper ${version} is missing: ${availability.reason}`));
}
