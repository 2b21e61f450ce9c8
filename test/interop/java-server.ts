// The real Java server, standalone, as the judge of behaviour: 3.8 from Debian's `zookeeper`
// package, 3.9.5 from Maven. No slf4j binding is on the class path, so that the
// server logs nothing. The JVM runs with its own defaults unless `jvmFlags` says otherwise:
// benchmarks compare with what an operator gets.

import {
  type Availability,
  ensureAdminServerJars,
  ensureDebianPackages,
  ensureZooKeeper39Jars,
} from './packages.ts';
import { type RunningServer, runServer, type ServerProgram } from './running-server.ts';

export type JavaVersion = '3.8' | '3.9';

export interface JavaProgramOptions {
  readonly version: JavaVersion;
  /** `-D` flags, names as Java reads them (`zookeeper.extendedTypesEnabled`). */
  readonly systemProperties?: Record<string, string>;
  readonly jvmFlags?: readonly string[];
  /** With what its AdminServer needs; of 3.9 alone. */
  readonly hasAdminServer?: boolean;
}

export interface JavaServerOptions extends JavaProgramOptions {
  readonly dataDir: string;
  /** A free port when absent. */
  readonly clientPort?: number;
  /** More lines of zoo.cfg; they win over the defaults. */
  readonly config?: Record<string, string>;
}

const DEBIAN_PACKAGES = ['zookeeper'];
const DEBIAN_CLASS_PATH = '/usr/share/java/zookeeper.jar';
const MAIN_CLASS = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';

/** Flags for short test runs: about half the start time and a small heap. */
export const quickJvmFlags: readonly string[] = [
  '-XX:TieredStopAtLevel=1',
  '-XX:+UseSerialGC',
  '-Xmx256m',
];

/** Whether this Java server can be run here; installs or fetches it when that is allowed. */
export const javaServerAvailability = (version: JavaVersion): Promise<Availability> =>
  version === '3.8' ? ensureDebianPackages(DEBIAN_PACKAGES) : ensureZooKeeper39Jars();

/** Whether 3.9 can be run with its AdminServer. */
export const javaAdminServerAvailability = async (): Promise<Availability> => {
  const server = await ensureZooKeeper39Jars();
  return server.available ? ensureAdminServerJars() : server;
};

/** The exact version, such as '3.9.5', once available. */
export const javaServerVersion = async (version: JavaVersion): Promise<string> =>
  version === '3.8' ? '3.8.0' : (await ensureZooKeeper39Jars()).version;

/** For `java -cp`, of the server and of clients alike. */
export const javaClassPath = async (version: JavaVersion): Promise<string> =>
  version === '3.8' ? DEBIAN_CLASS_PATH : (await ensureZooKeeper39Jars()).classPath;

/** The program as it is run for a zoo.cfg; rejects with a clear reason when it is not there. */
export const javaProgram = async (options: JavaProgramOptions): Promise<ServerProgram> => {
  const availability = await javaServerAvailability(options.version);
  if (!availability.available) {
    throw new Error(`Java ZooKeeper ${options.version} is not available: ${availability.reason}`);
  }
  const properties = {
    'java.awt.headless': 'true',
    'zookeeper.jmx.log4j.disable': 'true',
    ...options.systemProperties,
  };
  const flags = [
    ...(options.jvmFlags ?? []),
    ...Object.entries(properties).map(([key, value]) => `-D${key}=${value}`),
    '-cp',
    [
      await javaClassPath(options.version),
      ...(options.hasAdminServer ? [(await ensureAdminServerJars()).classPath] : []),
    ].join(':'),
    MAIN_CLASS,
  ];
  return { command: 'java', args: (configFile) => [...flags, configFile] };
};

/** Starts a standalone Java server and resolves once it serves; rejects with a clear reason. */
export const startJavaServer = async (options: JavaServerOptions): Promise<RunningServer> =>
  runServer({
    ...(await javaProgram(options)),
    dataDir: options.dataDir,
    ...(options.clientPort === undefined ? {} : { clientPort: options.clientPort }),
    ...(options.config === undefined ? {} : { config: options.config }),
  });
