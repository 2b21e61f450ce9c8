/**
 * Makes dist/types-cjs: the declarations of what applications import, once more, in a folder that
 * says `"type": "commonjs"`. Node (from 20.19) lets CommonJS `require` an ES module, so the code
 * needs no second copy and there is one class ZooKeeper in a program; but TypeScript below
 * `module: node20` refuses declarations of an ES module to a CommonJS importer.
 */
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
/** What the entries of the package are made of. */
const FOLDERS = [
  ...['base', 'protocol', 'core', 'io', 'server'],
  ...['client', 'recipes', 'zkclient', 'curator', 'testing'],
];
const TARGET = `${DIST}/types-cjs`;
const isDeclaration = (path) => !/\.[^./]+$/.test(path) || path.endsWith('.d.ts');

rmSync(TARGET, { recursive: true, force: true });
for (const folder of FOLDERS) {
  if (!existsSync(`${DIST}/${folder}`)) continue;
  cpSync(`${DIST}/${folder}`, `${TARGET}/${folder}`, { recursive: true, filter: isDeclaration });
}
writeFileSync(`${TARGET}/package.json`, '{ "type": "commonjs" }\n');
