/** Runtime, files, disk and ports of this machine. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkDisk } from '../../../../src/tools/doctor/checks/disk-check.ts';
import { checkFiles } from '../../../../src/tools/doctor/checks/files-check.ts';
import { checkPorts } from '../../../../src/tools/doctor/checks/ports-check.ts';
import { checkDescriptors, checkNode } from '../../../../src/tools/doctor/checks/runtime-check.ts';
import { Findings } from '../../../../src/tools/doctor/finding.ts';
import { makeSubject, render } from '../subjects.ts';

test('doctor runtime: Node and the limit of open files → too old, too few, enough', () => {
  const findings = new Findings('runtime');
  for (const version of ['18.20.0', '20.18.3', '20.19.0', '24.1.0']) checkNode(findings, version);
  const line = (limit: string) => `Limit   Soft  Hard\nMax open files    ${limit}  4096  files\n`;
  for (const limit of ['1024', '65536', 'unlimited']) checkDescriptors(findings, line(limit));
  checkDescriptors(findings, null);
  assert.deepEqual(
    findings.all.map(({ verdict }) => verdict),
    ['fail', 'fail', 'ok', 'ok', 'warn', 'ok', 'ok'],
  );
});

test('doctor files: there, missing, open to others, no directory → what to do', (t) => {
  const subject = makeSubject(t, ['dataLogDir=FOLDER/log']);
  const { data, log } = { data: join(subject.folder, 'data'), log: join(subject.folder, 'log') };
  const text = () => render(checkFiles(subject));
  assert.match(text(), /^ok .*\/data\/version-2 will be made\nok .*\/log will be made$/);
  mkdirSync(join(data, 'version-2'));
  chmodSync(data, 0o755);
  assert.match(text(), /^ok .*\/data\/version-2 can be read and written\nwarn others may read /);
  chmodSync(data, 0o777);
  assert.match(text(), /^warn others may write .*\/data$/m);
  rmSync(data, { recursive: true });
  writeFileSync(data, '');
  writeFileSync(log, '');
  assert.match(text(), /^fail .*\/data is no directory\nfail .*\/log is no directory$/);
});

test('doctor files: must be there and is not → fail', (t) => {
  const subject = makeSubject(t, ['datadir.autocreate=false', 'dataLogDir=FOLDER/log']);
  assert.match(render(checkFiles(subject)), /^fail .*\/log is missing$/m);
});

test('doctor disk: space and synced writes → measured, nothing left behind', (t) => {
  const subject = makeSubject(t, ['dataLogDir=FOLDER/log']);
  const log = join(subject.folder, 'log');
  mkdirSync(log);
  const text = render(checkDisk(subject));
  assert.match(text, /\/data: \d+ MiB free, \d+ %$/m);
  assert.match(
    text,
    /\/log: a synced write takes [\d.]+ ms \(median\), [\d.]+ ms \(slowest of \d+\)$/m,
  );
  assert.match(text, /^warn dataDir and dataLogDir are on one disk/m);
  assert.deepEqual(readdirSync(log), []);
});

test('doctor ports: two settings with one port, an address of another machine → fail', async (t) => {
  const lines = [
    'clientPort=3181',
    'secureClientPort=3181',
    'clientPortAddress=192.0.2.1',
    'admin.enableServer=true',
    'admin.serverPort=0',
  ];
  const text = render(await checkPorts(makeSubject(t, lines)));
  assert.match(text, /^fail secureClientPort and clientPort are both 3181$/m);
  assert.match(text, /^fail clientPort 192\.0\.2\.1:3181: that is another machine’s$/m);
  assert.match(render(await checkPorts(makeSubject(t, []))), /^warn there is no port for clients$/);
});
