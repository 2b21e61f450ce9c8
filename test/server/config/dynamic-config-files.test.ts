import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { DynamicConfigFiles } from '../../../src/server/config/dynamic-config-files.ts';
import type { Logger } from '../../../src/server/logging/logger.ts';
import { ensembleOf } from '../../core/zab/members/ensemble-of.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'zooid-dynamic-'));
after(() => rmSync(folder, { recursive: true }));

const warnings: string[] = [];
const logger = { warn: (message: string) => warnings.push(message) } as unknown as Logger;

function filesOf(name: string, text: string | null) {
  const configFile = path.join(folder, name);
  if (text !== null) writeFileSync(configFile, text);
  const files = new DynamicConfigFiles({ configFile, myid: 1, standaloneEnabled: true, logger });
  const read = (suffix: string) => readFileSync(configFile + suffix, 'latin1');
  return { files, read, names: () => readdirSync(folder).filter((each) => each.startsWith(name)) };
}

test('dynamic-config-files: proposed, then committed → the files that Java leaves', () => {
  const text = 'tickTime=2000\nclientPort=1\nserver.1=h:1:2\n';
  const { files, read, names } = filesOf('a.cfg', text);
  files.backUp();
  const config = ensembleOf([1, 2], [], 0x100000000);
  files.onSeen(config);
  assert.equal(files.readNext()?.configText, config.configText);
  files.onActivated(config, { isLast: false });
  assert.deepEqual(names().sort(), [
    'a.cfg',
    'a.cfg.bak',
    'a.cfg.dynamic.100000000',
    'a.cfg.dynamic.next',
  ]);
  files.onActivated(config, { isLast: true });
  assert.equal(files.readNext(), null);
  assert.equal(read('.bak'), text);
  assert.ok(!read('.dynamic.100000000').includes('version'));
  const dynamicFile = path.join(folder, 'a.cfg.dynamic.100000000');
  assert.equal(read(''), `tickTime=2000\ndynamicConfigFile=${dynamicFile}\n`);
});

test('dynamic-config-files: what cannot be written or read → a warning, no more', () => {
  const { files } = filesOf('gone/b.cfg', null);
  files.onSeen(ensembleOf([1, 2], [], 7));
  assert.match(warnings.at(-1) ?? '', /cannot be written/);
  const other = filesOf('c.cfg', '');
  writeFileSync(path.join(folder, 'c.cfg.dynamic.next'), 'hello=1');
  assert.equal(other.files.readNext(), null);
  assert.match(warnings.at(-1) ?? '', /is not used: Unrecognised parameter: hello/);
});

test('dynamic-config-files: no zoo.cfg → nothing is written', () => {
  const parts = { configFile: null, myid: 1, standaloneEnabled: true, logger };
  const files = new DynamicConfigFiles(parts);
  files.onSeen(ensembleOf([1, 2], [], 7));
  assert.equal(files.readNext(), null);
});
