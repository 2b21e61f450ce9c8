// Packages that the interop tests need from outside: Debian packages by name, and the jars of
// ZooKeeper 3.9.5 by Maven into `.cache/java/`. Nothing here is committed. A package that
// cannot be had is reported with its reason, so that a test can say loudly why it did not run.

import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Availability,
  cacheFolder,
  ensureDebianPackages,
  lastLines,
  runLocked,
  runToEnd,
} from '../../examples/frame/debian-packages.ts';

export {
  type Availability,
  cacheFolder,
  ensureDebianPackages,
  lastLines,
  type Outcome,
  projectRoot,
  runLocked,
} from '../../examples/frame/debian-packages.ts';

export interface JarFolder extends Availability {
  /** The class path holding every jar, ready for `java -cp`. */
  readonly classPath: string;
  readonly version: string;
}

let jarAnswer: Promise<JarFolder> | undefined;
let adminJarAnswer: Promise<JarFolder> | undefined;

/** Pinned: a test that changes its judge on the day of a release fails for no fault of its own. */
const version39 = '3.9.5';

interface JarSet {
  readonly folder: string;
  /** `group:artifact:version`; what they need comes with them. */
  readonly artifacts: readonly string[];
}

/** ZooKeeper marks the last three as provided: its own distribution ships them. */
const serverJars: JarSet = {
  folder: path.join(cacheFolder, 'java', '3.9'),
  artifacts: [
    `org.apache.zookeeper:zookeeper:${version39}`,
    'io.dropwizard.metrics:metrics-core:4.1.12.1',
    'org.xerial.snappy:snappy-java:1.1.10.5',
    'commons-cli:commons-cli:1.5.0',
  ],
};

/** And these it has for its AdminServer, which is not there without them. */
const adminJars: JarSet = {
  folder: path.join(cacheFolder, 'java', '3.9-admin'),
  artifacts: [
    'org.eclipse.jetty:jetty-server:9.4.58.v20250814',
    'org.eclipse.jetty:jetty-servlet:9.4.58.v20250814',
    'com.fasterxml.jackson.core:jackson-databind:2.15.2',
  ],
};

const pomOf = ({ artifacts }: JarSet): string => {
  const dependencies = artifacts.map((each) => {
    const [group, artifact, version] = each.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId>
      <version>${version}</version></dependency>`;
  });
  return `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>zooid.interop</groupId><artifactId>jars</artifactId><version>1</version>
  <dependencies>${dependencies.join('')}</dependencies>
</project>
`;
};

/** The folder appears under its name only when complete, so one jar stands for all. */
const readJarFolder = ({ folder, artifacts }: JarSet): JarFolder | undefined => {
  if (!existsSync(folder)) return undefined;
  const [, artifact, version = ''] = artifacts[0]?.split(':') ?? [];
  if (!existsSync(path.join(folder, `${artifact}-${version}.jar`))) return undefined;
  return { available: true, reason: '', classPath: path.join(folder, '*'), version };
};

const fetchJars = async (set: JarSet): Promise<JarFolder> => {
  const present = readJarFolder(set);
  if (present !== undefined) return present;
  const none = (reason: string): JarFolder => ({
    available: false,
    reason,
    classPath: '',
    version: '',
  });
  const maven = await runToEnd('mvn', ['-v']);
  if (maven.code !== 0) {
    const installed = await ensureDebianPackages(['maven', 'default-jre-headless']);
    if (!installed.available) return none(installed.reason);
  }
  const work = path.join(cacheFolder, 'java', `fetch-${process.pid}-${path.basename(set.folder)}`);
  mkdirSync(work, { recursive: true });
  writeFileSync(path.join(work, 'pom.xml'), pomOf(set));
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  const outcome = await runLocked('mvn', [
    ...['-q', '-B', '-f', path.join(work, 'pom.xml'), goal],
    `-DoutputDirectory=${path.join(work, 'jars')}`,
  ]);
  // Only when complete: a run cut short leaves nothing behind.
  if (outcome.code === 0 && !existsSync(set.folder)) {
    renameSync(path.join(work, 'jars'), set.folder);
  }
  rmSync(work, { recursive: true, force: true });
  const reason = `Maven could not fetch ${set.artifacts[0]}: ${lastLines(outcome.output)}`;
  return readJarFolder(set) ?? none(reason);
};

/** The jars of ZooKeeper 3.9.5, fetched by Maven when missing; asked once a process. */
export const ensureZooKeeper39Jars = (): Promise<JarFolder> => {
  jarAnswer ??= fetchJars(serverJars);
  return jarAnswer;
};

/** What its AdminServer needs beside them. */
export const ensureAdminServerJars = (): Promise<JarFolder> => {
  adminJarAnswer ??= fetchJars(adminJars);
  return adminJarAnswer;
};
