import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { API_ENTRIES, apiReference } from '../../scripts/api-reference.ts';

const ROOT = new URL('../../', import.meta.url);

for (const entry of API_ENTRIES) {
  test(`API reference: ${entry.page} → is what the built declarations give`, () => {
    const page = readFileSync(new URL(entry.page, ROOT), 'utf8');
    const message = 'It is out of date: node --import tsx scripts/api-reference.ts';
    assert.equal(page, apiReference(entry), message);
  });
}
