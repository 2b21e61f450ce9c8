// Runs every raw scenario against one kind of server and gives the transcripts. Each kind is
// started twice, plain and with more switched on, always fresh, so that all see the same history.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type JavaVersion, quickJvmFlags, startJavaServer } from '../java-server.ts';
import type { RunningServer } from '../running-server.ts';
import { startZooidServer } from '../zooid-server.ts';
import { acls } from './acls.ts';
import { connecting } from './connecting.ts';
import { frames } from './frames.ts';
import { multis } from './multis.ts';
import { nodes } from './nodes.ts';
import { runScenario, type Scenario } from './raw-scenario.ts';
import { rich } from './rich.ts';
import { watching } from './watching.ts';

export type ServerKind = JavaVersion | 'zooid';

/** Nodes come first: they look at the fresh tree. */
export const scenarios: readonly Scenario[] = [
  ...nodes,
  ...connecting,
  ...frames,
  ...acls,
  ...multis,
  ...watching,
  ...rich,
];

const config = { maxClientCnxns: '0', reconfigEnabled: 'true' };

const richProperties: Record<string, string> = {
  'zookeeper.extendedTypesEnabled': 'true',
  'zookeeper.enforceQuota': 'true',
  'znode.container.checkIntervalMs': '200',
  'zookeeper.DigestAuthenticationProvider.superDigest': 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=',
};

const start = (
  kind: ServerKind,
  dataDir: string,
  systemProperties: Record<string, string>,
): Promise<RunningServer> =>
  kind === 'zooid'
    ? startZooidServer({ dataDir, config, systemProperties })
    : startJavaServer({
        version: kind,
        dataDir,
        config,
        systemProperties,
        jvmFlags: quickJvmFlags,
      });

const runOn = async (
  kind: ServerKind,
  variant: 'plain' | 'rich',
  chosen: readonly Scenario[],
): Promise<Map<string, string[]>> => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-raw-'));
  const server = await start(kind, dataDir, variant === 'rich' ? richProperties : {});
  const transcripts = new Map<string, string[]>();
  try {
    for (const scenario of chosen) {
      if ((scenario.server ?? 'plain') !== variant) continue;
      if (kind === '3.8' && scenario.not38) continue;
      transcripts.set(scenario.name, await runScenario(scenario, server.port));
    }
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
  return transcripts;
};

/** Transcripts by scenario name, of all scenarios or the chosen ones. */
export const runAllScenarios = async (
  kind: ServerKind,
  chosen: readonly Scenario[] = scenarios,
): Promise<Map<string, string[]>> => {
  const plain = await runOn(kind, 'plain', chosen);
  const more = await runOn(kind, 'rich', chosen);
  return new Map([...plain, ...more]);
};
