import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from '../../../../src/tools/doctor/checks/config-check.ts';
import { makeSubject, render } from '../subjects.ts';

test('doctor config: nothing odd → what it is', (t) => {
  const alone = render(checkConfig(makeSubject(t, ['clientPort=2181'])));
  assert.match(alone, /^ok .*zoo\.cfg: a server alone$/);
  const servers = [1, 2, 3].map((id) => `server.${id}=127.0.0.1:${id}:1${id}`);
  const member = render(checkConfig(makeSubject(t, ['initLimit=5', 'syncLimit=2', ...servers])));
  assert.match(member, /^ok .*zoo\.cfg: participant 1 of 3 servers$/);
});

test('doctor config: mistyped, idle and unsafe keys → each said with its name', (t) => {
  const lines = ['tickTme=3', 'forceSync=no', 'skipACL=yes', 'flushDelay=1', 'jute.maxbuffer=9'];
  const text = render(checkConfig(makeSubject(t, [...lines, 'autopurge.purgeInterval=0'])));
  assert.match(text, /^warn .*zoo\.cfg:3: unknown key tickTme \(did you mean tickTime\?\)/m);
  assert.match(text, /^warn .*jute\.maxbuffer has no effect in a file/m);
  assert.match(text, /^warn forceSync=no: /m);
  assert.match(text, /^warn skipACL=yes: /m);
  assert.match(text, /^ok nothing here depends on flushDelay$/m);
  assert.match(text, /^warn nothing deletes old snapshots/m);
});
