import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  filledPage,
  LEARN_FOLDERS,
  type LearnPage,
  learnPages,
  scenariosOn,
} from '../../scripts/learn-pages.ts';
import { scenarios } from '../../src/sim/learn/scenarios.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [english, chinese] = LEARN_FOLDERS.map(learnPages) as [LearnPage[], LearnPage[]];
const pages = [...english, ...chinese];

test('learn pages: what they show → what the scenarios print now', () => {
  for (const page of pages) {
    const isCurrent = filledPage(page) === page.text;
    assert.ok(isCurrent, `${page.path} is old: node --import tsx scripts/write-docs.ts`);
  }
});

test('learn pages: English → every scenario once, in the order of the list', () => {
  const order = [
    ...(english.find(({ path }) => path.endsWith('/README.md'))?.text ?? '').matchAll(
      /\]\(([a-z-]+\.md)\)/g,
    ),
  ];
  const shown = order.flatMap(([, name]) => {
    const page = english.find((each) => each.path === `docs/learn/${name}`);
    return page === undefined ? [] : scenariosOn(page);
  });
  assert.deepEqual(
    shown,
    scenarios.map(({ name }) => name),
  );
});

test('learn pages: Chinese → the same pages with the same scenarios', () => {
  const outline = (each: LearnPage) => [path.basename(each.path), ...scenariosOn(each)];
  assert.deepEqual(chinese.map(outline), english.map(outline));
});

test('learn pages: links → to files that are there', () => {
  for (const page of pages) {
    for (const [, target = ''] of page.text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      const file = path.join(ROOT, path.dirname(page.path), target);
      assert.ok(/^https?:/.test(target) || existsSync(file), `${page.path}: ${target}`);
    }
  }
});

test('learn pages: an empty or old block → filled, the rest as it was', () => {
  const page = (text: string) => ({ path: 'x.md', text });
  const empty = '# A\n<!-- learn: broadcast -->\n<!-- /learn -->\nB\n';
  const filled = filledPage(page(empty));
  assert.match(
    filled,
    /^# A\n<!-- learn: broadcast -->\n\n```text\n\$ npm run learn -- broadcast\n\n/,
  );
  assert.match(filled, /COMMIT 0x100000002\n[\s\S]*```\n\n<!-- \/learn -->\nB\n$/);
  assert.equal(filledPage(page(filled.replace('COMMIT', 'ABORT'))), filled);
});

test('learn pages: an unknown scenario, or a block that is not closed → refused by name', () => {
  const open = '<!-- learn: broadcast -->';
  const close = '<!-- /learn -->';
  assert.throws(() => filledPage({ path: 'x.md', text: `${open}\n` }), /x\.md/);
  assert.throws(() => filledPage({ path: 'x.md', text: `${open} ${open} ${close}` }), /x\.md/);
  const unknown = `<!-- learn: dance -->\n${close}`;
  assert.throws(() => filledPage({ path: 'x.md', text: unknown }), /no scenario dance/);
});
