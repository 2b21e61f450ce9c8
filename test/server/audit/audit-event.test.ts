import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAuditEvent } from '../../../src/server/audit/audit-event.ts';

test('audit event: fields → in ZooKeeper’s order, by tabs, without those that are not there', () => {
  const line = formatAuditEvent({
    ...{ result: 'success', acl: 'world:anyone:r', znode: '/a', operation: 'setAcl' },
    ...{ ip: '10.0.0.1', user: null, session: '0x1' },
  });
  const wanted =
    'session=0x1|ip=10.0.0.1|operation=setAcl|znode=/a|acl=world:anyone:r|result=success';
  assert.equal(line, wanted.replaceAll('|', '\t'));
});

test('audit event: control characters in a value → escaped: no field and no line is forged', () => {
  const znode = '/x\tresult=success\nforged\u2028';
  const line = formatAuditEvent({ user: 'a\tb', operation: 'delete', znode, result: 'failure' });
  const wanted =
    'user=a\\u0009b|operation=delete|znode=/x\\u0009result=success\\u000aforged\\u2028|result=failure';
  assert.equal(line, wanted.replaceAll('|', '\t'));
});
