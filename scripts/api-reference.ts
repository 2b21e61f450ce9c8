/**
 * The API reference: docs/api/*.md, one page for each entry of the package, of the declarations and
 * their comments. API Extractor reads them (what is exported, and from where); the pages are plain
 * Markdown, so that they can be read where the code is read.
 *
 *   node --import tsx scripts/api-reference.ts           writes them (after `npm run build`)
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, type ExtractorMessage } from '@microsoft/api-extractor';
import { type ApiItem, apiPage } from './api-page.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The entries that applications import, with the folder of dist that holds their declarations. */
export const API_ENTRIES = [
  { entry: 'zooid', declarations: 'dist/client/index.d.ts', page: 'docs/api/client.md' },
  { entry: 'zooid/recipes', declarations: 'dist/recipes/index.d.ts', page: 'docs/api/recipes.md' },
  { entry: 'zooid/testing', declarations: 'dist/testing/index.d.ts', page: 'docs/api/testing.md' },
  {
    entry: 'zooid/zkclient',
    declarations: 'dist/zkclient/index.d.ts',
    page: 'docs/api/zkclient.md',
  },
  {
    entry: 'zooid/curator',
    declarations: 'dist/curator/index.d.ts',
    page: 'docs/api/curator.md',
  },
  { entry: 'zooid/server', declarations: 'dist/server/index.d.ts', page: 'docs/api/server.md' },
] as const;

export type ApiEntry = (typeof API_ENTRIES)[number];

/** The page as the built declarations give it. Throws with what API Extractor objects to. */
export function apiReference({ entry, declarations }: ApiEntry): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-api-'));
  try {
    const apiJsonFilePath = path.join(folder, 'api.json');
    const objections: string[] = [];
    const result = Extractor.invoke(configOf(declarations, apiJsonFilePath), {
      localBuild: true,
      messageCallback: (message) => collect(message, objections),
    });
    if (!result.succeeded) throw new Error(`${entry}: ${objections.join('\n')}`);
    const { members } = JSON.parse(readFileSync(apiJsonFilePath, 'utf8')) as { members: ApiItem[] };
    return apiPage(entry, members[0]?.members ?? [], headerOf);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a file says of itself at its top; files with one class say there what it guarantees. */
function headerOf(declarations: string): string {
  const source = declarations.replace(/^dist\//, 'src/').replace(/\.d\.ts$/, '.ts');
  return /^\/\*\*[\s\S]*?\*\//.exec(readFileSync(path.join(ROOT, source), 'utf8'))?.[0] ?? '';
}

/** What is exported must be documented; everything else that it says is about other habits. */
function collect(message: ExtractorMessage, objections: string[]): void {
  message.handled = true;
  if (message.logLevel === 'error') objections.push(message.formatMessageWithLocation(ROOT));
}

function configOf(declarations: string, apiJsonFilePath: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: path.join(ROOT, declarations),
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            target: 'ES2023',
            lib: ['ES2023', 'ESNext.Disposable'],
            module: 'NodeNext',
            moduleResolution: 'NodeNext',
            strict: true,
            types: ['node'],
            skipLibCheck: true,
          },
          include: [path.join(ROOT, declarations)],
        },
      },
      apiReport: { enabled: false },
      docModel: { enabled: true, apiJsonFilePath },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
    },
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(ROOT, 'package.json'),
  });
}

function main(): void {
  for (const each of API_ENTRIES) {
    const file = path.join(ROOT, each.page);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, apiReference(each));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
