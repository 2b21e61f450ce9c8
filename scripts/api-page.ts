/** A page of the API reference, of the items in API Extractor's model (its .api.json). */

/** As far as it is read here. */
export interface ApiItem {
  readonly kind: string;
  readonly name?: string;
  readonly docComment?: string;
  readonly excerptTokens?: readonly { readonly text: string }[];
  readonly members?: readonly ApiItem[];
  readonly overloadIndex?: number;
  /** Of the file with its declaration. */
  readonly fileUrlPath?: string;
}

const HEADINGS: readonly (readonly [kind: string, heading: string])[] = [
  ['Class', 'Classes'],
  ['Function', 'Functions'],
  ['Variable', 'Values'],
  ['Interface', 'Interfaces'],
  ['TypeAlias', 'Types'],
];

/** `headerOf` gives the comment at the top of a file, for a class without one of its own. */
export function apiPage(
  entry: string,
  items: readonly ApiItem[],
  headerOf: (file: string) => string,
): string {
  const lines = [
    `# ${entry}`,
    '',
    'Written from the comments in the code by `scripts/api-reference.ts`; do not edit.',
    '',
  ];
  for (const [kind, heading] of HEADINGS) {
    const found = items.filter((item) => item.kind === kind).toSorted(byName);
    if (found.length === 0) continue;
    lines.push(`## ${heading}`, '');
    for (const item of found) lines.push(...itemLines(withHeader(item, headerOf)));
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

const byName = (a: ApiItem, b: ApiItem): number => {
  const [left = '', right = ''] = [a.name, b.name];
  if (left === right) return (a.overloadIndex ?? 0) - (b.overloadIndex ?? 0);
  return left < right ? -1 : 1;
};

function withHeader(item: ApiItem, headerOf: (file: string) => string): ApiItem {
  const { kind, docComment = '', fileUrlPath } = item;
  if (kind !== 'Class' || docComment !== '' || fileUrlPath === undefined) return item;
  return { ...item, docComment: headerOf(fileUrlPath) };
}

function itemLines(item: ApiItem): string[] {
  const members = item.members ?? [];
  return [
    `### ${item.name}`,
    '',
    ...textLines(item),
    '```typescript',
    ...signature(item).split('\n'),
    '```',
    '',
    ...members.flatMap(memberLines),
  ];
}

function memberLines(member: ApiItem): string[] {
  // API Extractor makes up a sentence for every constructor without one.
  const isMadeUp =
    member.kind === 'Constructor' && /Constructs a new/.test(member.docComment ?? '');
  const text = isMadeUp ? '' : commentText(member.docComment ?? '');
  const indented = text === '' ? [] : text.split('\n').map((line) => `  ${line}`.trimEnd());
  return [`* \`${signature(member).replace(/\s+/g, ' ')}\``, ...indented, ''];
}

function textLines(item: ApiItem): string[] {
  const text = commentText(item.docComment ?? '');
  return text === '' ? [] : [text, ''];
}

function signature(item: ApiItem): string {
  const text = (item.excerptTokens ?? []).map((token) => token.text).join('');
  return text.replace(/^export (declare )?/, '').trim();
}

/** What stands between the stars; what is indented there (a layout, an example) is a block of code. */
export function commentText(comment: string): string {
  const lines = comment
    .replace(/^\/\*\*/, '')
    .replace(/\*\/\s*$/, '')
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  const text: string[] = [];
  let isBlock = false;
  for (const line of lines) {
    const isIndented = line.startsWith('  ');
    if (line !== '' && isIndented !== isBlock) {
      if (text.at(-1) !== '') text.push('');
      isBlock = isIndented;
    }
    text.push(isIndented ? `  ${line}` : line);
  }
  return text.join('\n').trim();
}
