import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiPage, commentText } from '../../scripts/api-page.ts';

test('API page: a comment with a layout → text, and the layout as a block', () => {
  const comment = '/**\n * A thing.\n *   /a\n *     └── b\n * More.\n */';
  assert.equal(commentText(comment), 'A thing.\n\n    /a\n      └── b\n\nMore.');
  assert.equal(commentText('/** One line. */'), 'One line.');
});

test('API page: a class and a type → by kind and name, members with their comments', () => {
  const page = apiPage(
    'zooid',
    [
      {
        kind: 'TypeAlias',
        name: 'B',
        excerptTokens: [{ text: 'export type B = ' }, { text: 'A' }],
      },
      {
        kind: 'Class',
        name: 'A',
        fileUrlPath: 'dist/a.d.ts',
        excerptTokens: [{ text: 'export declare class A' }],
        members: [
          {
            kind: 'Method',
            name: 'go',
            docComment: '/** Goes. */',
            excerptTokens: [{ text: 'go();' }],
          },
        ],
      },
    ],
    (file) => `/** Of ${file}. */`,
  );
  const found = page.split('\n').filter((line) => line !== '');
  assert.deepEqual(found.slice(2), [
    ...['## Classes', '### A', 'Of dist/a.d.ts.', '```typescript', 'class A', '```'],
    ...['* `go();`', '  Goes.', '## Types', '### B', '```typescript', 'type B = A', '```'],
  ]);
});
