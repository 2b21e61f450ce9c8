// The same session against a fresh Java server and a fresh Zooid, for tests that compare what a
// client program prints.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type JavaVersion, quickJvmFlags, startJavaServer } from './java-server.ts';
import type { RunningServer } from './running-server.ts';
import { startZooidServer } from './zooid-server.ts';

/** What both servers are started with: everything a session may want to use. */
export const clientTestProperties: Record<string, string> = {
  'zookeeper.extendedTypesEnabled': 'true',
  'zookeeper.DigestAuthenticationProvider.superDigest': 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=',
};

const withServer = async <T>(
  start: (dataDir: string) => Promise<RunningServer>,
  session: (port: number) => Promise<T>,
): Promise<T> => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-side-'));
  const server = await start(dataDir);
  try {
    return await session(server.port);
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
};

export const againstJava = <T>(
  version: JavaVersion,
  session: (port: number) => Promise<T>,
): Promise<T> =>
  withServer(
    (dataDir) =>
      startJavaServer({
        ...{ version, dataDir, jvmFlags: quickJvmFlags },
        systemProperties: clientTestProperties,
      }),
    session,
  );

export const againstZooid = <T>(session: (port: number) => Promise<T>): Promise<T> =>
  withServer(
    (dataDir) => startZooidServer({ dataDir, systemProperties: clientTestProperties }),
    session,
  );
