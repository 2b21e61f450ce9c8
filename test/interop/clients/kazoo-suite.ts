// Runs a module of kazoo's own tests (Debian's python3-kazoo ships them) with kazoo's own harness.
// The harness starts its server as `java … QuorumPeerMain zoo.cfg`; here a small program of that
// name stands first in PATH and starts what is under test instead, so kazoo itself stays as it is.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findFreePort } from '../../free-ports.ts';
import { zooidHome } from '../zooid-server.ts';

export type KazooTarget = 'java' | 'zooid';

export interface KazooResult {
  readonly passed: readonly string[];
  /** Test names with the last line of what went wrong. */
  readonly failed: readonly { readonly name: string; readonly message: string }[];
  readonly output: string;
}

export const kazooPackages = [
  'zookeeper',
  'python3-kazoo',
  'python3-pytest',
  'python3-mock',
  'python3-objgraph',
];

const TESTS = '/usr/lib/python3/dist-packages/kazoo/tests';
const HANGS_AFTER_S = 60;
const MODULE_TIMEOUT_MS = 150_000;

/** Ports are bound to 127.0.0.1 and the HTTP admin server is off; else as the harness asks. */
const javaStandIn = (run: string): string => `#!/bin/sh
flags=''
config=''
while [ $# -gt 0 ]; do
  case "$1" in
    -cp) shift ;;
    -D*) flags="$flags $1" ;;
    -* | org.apache.*) ;;
    *) config="$1" ;;
  esac
  shift
done
printf 'clientPortAddress=127.0.0.1\\nadmin.enableServer=false\\n' >>"$config"
${run}
`;

const runLines: Record<KazooTarget, string> = {
  java: `exec /usr/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m $flags \\
  -cp /usr/share/java/zookeeper.jar org.apache.zookeeper.server.quorum.QuorumPeerMain "$config"`,
  zooid: `SERVER_JVMFLAGS="$flags" exec "${path.join(zooidHome, 'bin', 'zkServer.sh')}" \\
  start-foreground "$config"`,
};

const decode = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const readReport = (xml: string): Pick<KazooResult, 'passed' | 'failed'> => {
  const passed: string[] = [];
  const failed: { name: string; message: string }[] = [];
  for (const match of xml.matchAll(
    /<testcase classname="([^"]*)" name="([^"]*)"[^>]*?(?:\/>|>(.*?)<\/testcase>)/gs,
  )) {
    const name = `${(match[1] ?? '').split('.').slice(-2).join('.')}.${match[2] ?? ''}`;
    const problem = /<(?:failure|error) message="([^"]*)"/.exec(match[3] ?? '');
    if (problem === null) passed.push(name);
    else failed.push({ name, message: decode(problem[1] ?? '') });
  }
  return { passed, failed };
};

/** Runs one module, without the named tests, against a server of its own. */
export const runKazooModule = async (
  module: string,
  target: KazooTarget,
  without: readonly string[],
): Promise<KazooResult> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'zooid-kazoo-'));
  writeFileSync(path.join(folder, 'java'), javaStandIn(runLines[target]), { mode: 0o755 });
  const report = path.join(folder, 'report.xml');
  const file = path.join(TESTS, `${module}.py`);
  const child = spawn(
    '/usr/bin/python3',
    [
      ...['-m', 'pytest', '-p', 'no:cacheprovider', '-v', `--rootdir=${TESTS}`],
      // One that hangs shows where each of its threads stands.
      ...['-o', `faulthandler_timeout=${HANGS_AFTER_S}`],
      ...without.map((name) => `--deselect=${module}.py::${name}`),
      ...[`--junitxml=${report}`, file],
    ],
    {
      cwd: folder,
      // A group of its own: a run that hangs is ended together with the server it started.
      detached: true,
      env: {
        ...process.env,
        PATH: `${folder}:${process.env['PATH'] ?? ''}`,
        PYTHONDONTWRITEBYTECODE: '1',
        ZOOKEEPER_CLASSPATH: 'chosen-by-the-stand-in',
        ZOOKEEPER_VERSION: '3.8.0',
        ZOOKEEPER_CLUSTER_SIZE: '1',
        ZOOKEEPER_PORT_OFFSET: String(await findFreePort()),
      },
    },
  );
  const endGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The whole group has ended.
    }
  };
  process.once('exit', endGroup);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-100_000);
    });
  }
  const timer = setTimeout(endGroup, MODULE_TIMEOUT_MS);
  await new Promise<void>((resolve) => child.once('exit', () => resolve()));
  clearTimeout(timer);
  endGroup();
  process.off('exit', endGroup);
  try {
    return { ...readReport(readFileSync(report, 'utf8')), output };
  } catch {
    return { passed: [], failed: [{ name: module, message: 'No report was written.' }], output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
