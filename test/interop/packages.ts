// Packages that the interop tests need from outside: Debian packages by name, and the jars of
// ZooKeeper 3.9.5 by Maven into `.cache/java/`. Nothing here is committed. A package that
// cannot be had is reported with its reason, so that a test can say loudly why it did not run.
// Test files run in processes of their own, hence the file lock around every installation.

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Availability {
  readonly available: boolean;
  /** Empty when available. */
  readonly reason: string;
}

export interface JarFolder extends Availability {
  /** The class path holding every jar, ready for `java -cp`. */
  readonly classPath: string;
  readonly version: string;
}

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** The root of the checkout. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The git-ignored folder for everything fetched; ZOOID_CACHE names another one. */
export const cacheFolder = process.env['ZOOID_CACHE'] ?? path.join(projectRoot, '.cache');

const INSTALL_TIMEOUT_MS = 600_000;
const available: Availability = { available: true, reason: '' };
const debianAnswers = new Map<string, Promise<Availability>>();
let jarAnswer: Promise<JarFolder> | undefined;

const run = (command: string, args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const options = {
      timeout: INSTALL_TIMEOUT_MS,
      maxBuffer: 1 << 26,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    };
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      const spawnFailure = error !== null && stdout === '' && stderr === '' ? error.message : '';
      resolve({ code, output: `${stdout}${stderr}${spawnFailure}` });
    });
  });

/** One installation at a time, in whatever process. */
export const runLocked = (command: string, args: readonly string[]): Promise<Outcome> => {
  mkdirSync(cacheFolder, { recursive: true });
  return run('flock', [path.join(cacheFolder, 'install.lock'), command, ...args]);
};

export const lastLines = (text: string): string => text.trim().split('\n').slice(-3).join(' | ');

const missingPackages = async (names: readonly string[]): Promise<string[]> => {
  const missing: string[] = [];
  for (const name of names) {
    const status = await run('dpkg-query', ['-s', name]);
    if (status.code !== 0 || !status.output.includes('install ok installed')) missing.push(name);
  }
  return missing;
};

const installDebianPackages = async (names: readonly string[]): Promise<Availability> => {
  const missing = await missingPackages(names);
  if (missing.length === 0) return available;
  const wanted = missing.join(' ');
  if (process.getuid?.() !== 0) {
    return { available: false, reason: `Not installed and not root: apt-get install ${wanted}` };
  }
  const script = `apt-get update -qq && apt-get install -y -qq --no-install-recommends ${wanted}`;
  const outcome = await runLocked('sh', ['-c', script]);
  const still = await missingPackages(missing);
  if (still.length === 0) return available;
  return {
    available: false,
    reason: `apt-get install ${still.join(' ')} failed: ${lastLines(outcome.output)}`,
  };
};

/** Installs what is missing of these Debian packages when the process may; asked once a process. */
export const ensureDebianPackages = (names: readonly string[]): Promise<Availability> => {
  const key = [...names].sort().join(' ');
  const known = debianAnswers.get(key);
  if (known !== undefined) return known;
  const answer = installDebianPackages(names);
  debianAnswers.set(key, answer);
  return answer;
};

const jarFolder = path.join(cacheFolder, 'java', '3.9');

const readJarFolder = (): JarFolder | undefined => {
  if (!existsSync(jarFolder)) return undefined;
  const jars = readdirSync(jarFolder).filter((name) => name.endsWith('.jar'));
  const version = jars
    .map((name) => /^zookeeper-(\d+\.\d+\.\d+)\.jar$/.exec(name)?.[1])
    .find(Boolean);
  if (version === undefined) return undefined;
  return { available: true, reason: '', classPath: path.join(jarFolder, '*'), version };
};

/** Pinned: a test that changes its judge on the day of a release fails for no fault of its own. */
const version39 = '3.9.5';

/** ZooKeeper marks the last three as provided: its own distribution ships them. */
const pom = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>zooid.interop</groupId><artifactId>jars</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.zookeeper</groupId><artifactId>zookeeper</artifactId>
      <version>${version39}</version>
    </dependency>
    <dependency>
      <groupId>io.dropwizard.metrics</groupId><artifactId>metrics-core</artifactId>
      <version>4.1.12.1</version>
    </dependency>
    <dependency>
      <groupId>org.xerial.snappy</groupId><artifactId>snappy-java</artifactId>
      <version>1.1.10.5</version>
    </dependency>
    <dependency>
      <groupId>commons-cli</groupId><artifactId>commons-cli</artifactId><version>1.5.0</version>
    </dependency>
  </dependencies>
</project>
`;

const fetchJars = async (): Promise<JarFolder> => {
  const present = readJarFolder();
  if (present !== undefined) return present;
  const none = (reason: string): JarFolder => ({
    available: false,
    reason,
    classPath: '',
    version: '',
  });
  const maven = await run('mvn', ['-v']);
  if (maven.code !== 0) {
    const installed = await ensureDebianPackages(['maven', 'default-jre-headless']);
    if (!installed.available) return none(installed.reason);
  }
  const work = path.join(cacheFolder, 'java', `fetch-${process.pid}`);
  mkdirSync(work, { recursive: true });
  writeFileSync(path.join(work, 'pom.xml'), pom);
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  const outcome = await runLocked('mvn', [
    ...['-q', '-B', '-f', path.join(work, 'pom.xml'), goal],
    `-DoutputDirectory=${path.join(work, 'jars')}`,
  ]);
  // The folder appears under its name only when complete: a run cut short leaves nothing behind.
  if (outcome.code === 0 && !existsSync(jarFolder)) renameSync(path.join(work, 'jars'), jarFolder);
  rmSync(work, { recursive: true, force: true });
  return (
    readJarFolder() ?? none(`Maven could not fetch ZooKeeper 3.9: ${lastLines(outcome.output)}`)
  );
};

/** The jars of ZooKeeper 3.9.5, fetched by Maven when missing; asked once a process. */
export const ensureZooKeeper39Jars = (): Promise<JarFolder> => {
  jarAnswer ??= fetchJars();
  return jarAnswer;
};
