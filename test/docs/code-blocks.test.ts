import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startStandaloneServer } from '../../src/server/index.ts';
import { runProgram } from '../run-program.ts';
import { codeBlocks } from './code-blocks.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = path.join(ROOT, 'build/docs-blocks');
const CONFIG = path.join(FOLDER, 'tsconfig.json');
/** All blocks of a page together; one that waits for what never comes is named by its absence. */
const PAGE_TIMEOUT_MS = 120_000;

const entries = {
  zooid: 'src/client/index.ts',
  'zooid/recipes': 'src/recipes/index.ts',
  'zooid/zkclient': 'src/client/zkclient/index.ts',
  'zooid/curator': 'src/client/curator/index.ts',
  'zooid/testing': 'src/testing/index.ts',
  'zooid/server': 'src/server/index.ts',
};

const pages = ['README.md', ...readdirSync(path.join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md'))
  .map((name) => ({ name, blocks: codeBlocks(readFileSync(path.join(ROOT, name), 'utf8')) }))
  .filter(({ blocks }) => blocks.length > 0);

const moduleOf = (page: string, line: number): string =>
  path.join(FOLDER, `${path.basename(page, '.md')}-line-${line}.ts`);

const dataDir = path.join(tmpdir(), `zooid-blocks-${process.pid}`);
let stop = async (): Promise<void> => {};
let servers = '';

before(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  for (const { name, blocks } of pages) {
    // `export {}` makes a module of a block without imports too.
    for (const { line, text } of blocks) writeFileSync(moduleOf(name, line), `${text}export {};\n`);
  }
  const paths = Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, [path.join(ROOT, file)]]),
  );
  const compilerOptions = {
    composite: false,
    incremental: false,
    noEmit: true,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
    noUnusedLocals: false,
    noPropertyAccessFromIndexSignature: false,
    // As src/server is compiled: hono's declarations ask for those of a browser.
    skipLibCheck: true,
    types: ['node'],
    paths,
  };
  const config = { extends: '../../tsconfig.base.json', compilerOptions, include: ['*.ts'] };
  writeFileSync(CONFIG, JSON.stringify(config, null, 2));
  const server = await startStandaloneServer({ dataDir });
  stop = () => server.stop();
  servers = `127.0.0.1:${server.port}`;
});

after(async () => {
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test('documents: every ts block → compiles', () => {
  const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc');
  const result = spawnSync(process.execPath, [tsc, '-p', CONFIG], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(result.status, 0, `${result.stdout}${result.stderr}`);
});

for (const { name, blocks } of pages) {
  const modules = blocks.filter(({ isRun }) => isRun).map(({ line }) => moduleOf(name, line));
  if (modules.length === 0) continue;
  test(`documents: ${name}, ${modules.length} blocks run → no error, nothing left open`, async () => {
    const script = path.join(ROOT, 'test/docs/run-blocks.ts');
    const { code, output } = await runProgram(['--import', 'tsx', script, servers, ...modules], {
      cwd: ROOT,
      // Blocks with node:test are tests of their own, not parts of this one.
      env: { ...process.env, TSX_TSCONFIG_PATH: CONFIG, NODE_TEST_CONTEXT: undefined },
      timeout: PAGE_TIMEOUT_MS,
    });
    assert.equal(code, 0, `exit ${code}\n${output}`);
    const ran = [...output.matchAll(/^ran (.*)$/gm)].map((match) => match[1]);
    assert.deepEqual(ran, modules);
  });
}
