/**
 * What `npm pack` makes, used as its users do: installed in an empty project, imported from an ES
 * module, from CommonJS and from TypeScript in each way of resolving modules.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { startStandaloneServer } from '../../src/server/index.ts';
import { runProgram } from '../run-program.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC = path.join(ROOT, 'node_modules/typescript/bin/tsc');
const project = mkdtempSync(path.join(tmpdir(), 'zooid-packed-'));

interface PackageJson {
  readonly exports: Readonly<Record<string, unknown>>;
}
const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as PackageJson;
/** `zooid`, `zooid/recipes` …: what has declarations. */
const entries = Object.keys(manifest.exports)
  .filter((name) => !name.endsWith('.json'))
  .map((name) => name.replace(/^\./, 'zooid'));

function run(program: string, words: readonly string[], cwd = project): string {
  const result = spawnSync(program, words, { cwd, encoding: 'utf8' });
  const output = `${result.stdout}${result.stderr}`;
  assert.equal(result.status, 0, `${program} ${words.join(' ')}\n${output}`);
  return result.stdout;
}

function write(name: string, text: string): string {
  const file = path.join(project, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

before(() => {
  run(process.execPath, [TSC, '-b'], ROOT);
  run(process.execPath, ['scripts/bundle.mjs'], ROOT);
  run(process.execPath, ['scripts/cjs-types.mjs'], ROOT);
  const packed = run(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', project],
    ROOT,
  );
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  write('package.json', '{ "name": "empty", "private": true }\n');
  run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${filename}`]);
});

after(() => rmSync(project, { recursive: true, force: true }));

test('package: an ES module with the client → a session, and the process ends', async (t) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-packed-data-'));
  const server = await startStandaloneServer({ dataDir });
  t.after(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  write(
    'client.mjs',
    `import { ZooKeeper } from 'zooid';
     const zk = await ZooKeeper.connect('127.0.0.1:${server.port}');
     await zk.create('/packed', 'yes');
     console.log(Buffer.from((await zk.getData('/packed')).data).toString());
     await zk.close();`,
  );
  const end = await runProgram(['client.mjs'], { cwd: project, timeout: 30_000 });
  assert.deepEqual(end, { code: 0, output: 'yes\n' });
});

test('package: CommonJS require → every entry', () => {
  for (const entry of entries) {
    const file = write('entry.cjs', `console.log(typeof require('${entry}'));`);
    assert.equal(run(process.execPath, [file]), 'object\n', entry);
  }
});

const resolutions = [
  { name: 'node16, ES module', file: 'es.mts', module: 'node16', moduleResolution: 'node16' },
  { name: 'node16, CommonJS', file: 'cjs.cts', module: 'node16', moduleResolution: 'node16' },
  {
    name: 'nodenext, CommonJS',
    file: 'next.cts',
    module: 'nodenext',
    moduleResolution: 'nodenext',
  },
  { name: 'bundler', file: 'bundled.ts', module: 'preserve', moduleResolution: 'bundler' },
];

for (const { name, file, module, moduleResolution } of resolutions) {
  test(`package: TypeScript, ${name} → every entry has its types`, () => {
    const imports = entries.map((entry, index) => `import * as e${index} from '${entry}';`);
    const uses = entries.map((_, index) => `export type E${index} = keyof typeof e${index};`);
    const wrong = `import { ZooKeeper } from 'zooid';
      // @ts-expect-error A path is a string: with types missing this would pass.
      new ZooKeeper('127.0.0.1').getData(1);`;
    const source = write(`types/${file}`, [...imports, ...uses, wrong, ''].join('\n'));
    const compilerOptions = {
      target: 'es2023',
      module,
      moduleResolution,
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: ['node'],
      typeRoots: [path.join(ROOT, 'node_modules/@types')],
    };
    const config = JSON.stringify({ compilerOptions, files: [source] });
    const configFile = write(`types/${file}.tsconfig.json`, config);
    run(process.execPath, [TSC, '-p', configFile]);
  });
}

test('package: a program with only the client → no server code, no package', async () => {
  const { metafile } = await build({
    stdin: { contents: `export { ZooKeeper } from 'zooid';`, resolveDir: project },
    absWorkingDir: project,
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
  });
  const inputs = Object.keys(metafile.inputs).filter((file) => file !== '<stdin>');
  const strangers = inputs.filter(
    (file) => !/^node_modules\/zooid\/dist\/(client|protocol|base|io)\//.test(file),
  );
  assert.notEqual(inputs.length, 0);
  assert.deepEqual(strangers, []);
});

test('package: the client and one function → what is not used is not bundled', async () => {
  const bundled = async (contents: string): Promise<number> => {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: project },
      absWorkingDir: project,
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
    });
    return outputFiles.reduce((sum, file) => sum + file.contents.length, 0);
  };
  const small = await bundled(`export { exponentialBackoff } from 'zooid';`);
  const whole = await bundled(`export * from 'zooid';`);
  assert.ok(small * 4 < whole, `${small} of ${whole} bytes for one retry policy`);
});
