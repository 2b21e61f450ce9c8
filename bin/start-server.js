/**
 * Starts the built server in a Node with the flags of server-flags.txt: in place of this
 * process where Node can do that (process.execve), otherwise as a child whose signals and exit
 * code are passed on.
 */
import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export function startServer(args) {
  const { flags, environment } = readServerFlags();
  const words = [...flags, findMain(), ...args];
  const env = { ...environment, ...process.env };
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(process.execPath, [process.execPath, ...words], env);
  }
  const child = spawn(process.execPath, words, { stdio: 'inherit', env });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`The server could not be started: ${error.message}.\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}

/** The server in one file, unless something was compiled after it was made. */
function findMain() {
  const bundle = new URL('../dist/bundle/main.js', import.meta.url);
  const bundledMs = modifiedMs(bundle);
  const builds = ['base', 'protocol', 'core', 'io', 'server'].map((folder) =>
    modifiedMs(new URL(`../build/${folder}.tsbuildinfo`, import.meta.url)),
  );
  const isCurrent = bundledMs > 0 && builds.every((builtMs) => builtMs <= bundledMs);
  return fileURLToPath(isCurrent ? bundle : new URL('../dist/server/main.js', import.meta.url));
}

function modifiedMs(url) {
  return statSync(url, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

export function readServerFlags() {
  const flags = [];
  const environment = {};
  const text = readFileSync(new URL('./server-flags.txt', import.meta.url), 'utf8');
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    if (line.startsWith('-')) flags.push(line);
    else environment[line.slice(0, equals)] = line.slice(equals + 1);
  }
  return { flags, environment };
}
