import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readServerConfig } from '../../src/server/config/read-server-config.ts';
import { ServerFolder, TemporaryFolder } from '../../src/testing/server-folder.ts';

test('server folder: values with odd characters → read back as they are, with the id', (t) => {
  const own = mkdtempSync(join(tmpdir(), 'größe = #1 \\ a:b'));
  const root = new TemporaryFolder();
  t.after(() => {
    rmSync(own, { recursive: true });
    root.remove();
  });
  const folder = new ServerFolder({ root: root.path, id: 7, dataDir: own });
  folder.writeConfig({ clientPort: 2181, 'some key': '=: #!\\ö' });
  const { config } = readServerConfig({
    args: [folder.configFile],
    env: {},
    readFile: readFileSync,
  });
  assert.equal(config.dataDir, own);
  assert.equal(config.myid, 7);
  assert.equal(config.systemProperties.get('zookeeper.some key'), '=: #!\\ö');
});

test('server folder: wiped → empty but for the id', (t) => {
  const root = new TemporaryFolder();
  t.after(() => root.remove());
  const folder = new ServerFolder({ root: root.path, id: 3 });
  writeFileSync(join(folder.dataDir, 'data'), 'x');
  folder.wipe();
  assert.equal(existsSync(join(folder.dataDir, 'data')), false);
  assert.equal(readFileSync(join(folder.dataDir, 'myid'), 'utf8'), '3\n');
  root.remove();
  assert.equal(existsSync(folder.dataDir), false);
});
