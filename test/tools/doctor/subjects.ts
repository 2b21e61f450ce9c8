/** A configuration for the doctor, in a folder of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Configuration, readConfiguration } from '../../../src/tools/configuration.ts';
import type { Finding } from '../../../src/tools/doctor/finding.ts';

export function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'zooid-doctor-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** `FOLDER` in a line is the folder; without `dataDir` there is one that is empty, and for its owner. */
export function makeSubject(
  t: TestContext,
  lines: readonly string[],
): Configuration & { folder: string } {
  const folder = makeFolder(t);
  const text = ['dataDir=FOLDER/data', 'autopurge.purgeInterval=24', ...lines].join('\n');
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  writeFileSync(join(folder, 'data/myid'), '1\n');
  const configFile = join(folder, 'zoo.cfg');
  writeFileSync(configFile, text.replaceAll('FOLDER', folder));
  return { ...readConfiguration(configFile), folder };
}

/** `warn what`, one a line. */
export function render(findings: readonly Finding[]): string {
  return findings.map(({ verdict, what }) => `${verdict} ${what}`).join('\n');
}
