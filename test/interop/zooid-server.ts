// Zooid itself as a process, started exactly as compatibility harnesses start it:
// `bin/zkServer.sh start-foreground <zoo.cfg>` on the built dist/. System properties travel in
// SERVER_JVMFLAGS, which is how operators pass them to the script.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Availability, projectRoot } from './packages.ts';
import { type RunningServer, runServer, type ServerProgram } from './running-server.ts';

export interface ZooidProgramOptions {
  readonly systemProperties?: Record<string, string>;
  readonly env?: Record<string, string>;
}

export interface ZooidServerOptions extends ZooidProgramOptions {
  readonly dataDir: string;
  /** A free port when absent. */
  readonly clientPort?: number;
  /** More lines of zoo.cfg; they win over the defaults. */
  readonly config?: Record<string, string>;
}

/** ZOOID_HOME points the interop tests at another built checkout, such as an older release. */
export const zooidHome = process.env['ZOOID_HOME'] ?? projectRoot;

const script = path.join(zooidHome, 'bin', 'zkServer.sh');
const entry = path.join(zooidHome, 'dist', 'server', 'main.js');

/** Whether the server is built; a checkout without dist/ has nothing to run. */
export const zooidServerAvailability = (): Availability => {
  for (const file of [script, entry]) {
    if (!existsSync(file)) {
      return { available: false, reason: `${path.relative(zooidHome, file)} is missing.` };
    }
  }
  return { available: true, reason: '' };
};

/** The program as it is run for a zoo.cfg. */
export const zooidProgram = (options: ZooidProgramOptions): ServerProgram => {
  const flags = Object.entries(options.systemProperties ?? {})
    .map(([key, value]) => `-D${key}=${value}`)
    .join(' ');
  return {
    command: script,
    args: (configFile) => ['start-foreground', configFile],
    env: { SERVER_JVMFLAGS: flags, ...options.env },
  };
};

/** Starts a standalone Zooid and resolves once it serves; rejects with its output. */
export const startZooidServer = (options: ZooidServerOptions): Promise<RunningServer> =>
  runServer({
    ...zooidProgram(options),
    dataDir: options.dataDir,
    ...(options.clientPort === undefined ? {} : { clientPort: options.clientPort }),
    ...(options.config === undefined ? {} : { config: options.config }),
  });
