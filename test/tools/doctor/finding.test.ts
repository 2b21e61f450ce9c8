import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Findings, verdictOf } from '../../../src/tools/doctor/finding.ts';
import { reportJson, reportText } from '../../../src/tools/doctor/report.ts';

test('findings: the worst counts', () => {
  const findings = new Findings('disk');
  assert.equal(verdictOf(findings.all), 'ok');
  findings.ok('one');
  assert.equal(verdictOf(findings.all), 'ok');
  findings.fail('two', 'repair it');
  findings.warn('three', 'look at it');
  assert.equal(verdictOf(findings.all), 'fail');
});

test('report: text → a line each, what to do below it, and the counts', () => {
  const findings = new Findings('disk');
  findings.ok('one');
  assert.match(reportText(findings.all), /^All 1 checks are well\.$/m);
  findings.warn('three', 'look at it');
  assert.equal(
    reportText(findings.all),
    `ok    disk     one.
warn  disk     three.
               → look at it.

0 to repair, 1 to look at, 1 well.
`,
  );
  assert.deepEqual(JSON.parse(reportJson(findings.all)), {
    verdict: 'warn',
    findings: [
      { area: 'disk', verdict: 'ok', what: 'one' },
      { area: 'disk', verdict: 'warn', what: 'three', advice: 'look at it' },
    ],
  });
});
