/** Every file that `zooid init` writes, made before any is written, and checked as the server will. */
import { join } from 'node:path';
import { ToolExit } from '../../base/tool-exit.ts';
import { readServerConfig } from '../../server/config/read-server-config.ts';
import { refuseBadConfig } from '../configuration.ts';
import { configText } from './config-text.ts';
import type { Member, Plan } from './members.ts';

export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  /** Holds a key: for its owner alone. */
  readonly isSecret?: boolean;
}

export interface PlannedFiles {
  readonly files: readonly PlannedFile[];
  /** What the server will say about its configuration, once each. */
  readonly warnings: readonly string[];
}

/** `dir`: where the files of all are. */
export async function planFiles(plan: Plan, dir: string, isTls: boolean): Promise<PlannedFiles> {
  const files: PlannedFile[] = [];
  const warnings = new Set<string>();
  for (const member of plan.members) {
    const config = configText({ plan, member, isTls });
    for (const warning of await readBack(config, member)) warnings.add(warning);
    files.push({ path: join(member.folder, 'zoo.cfg'), text: config });
    // A server alone has no use for it; its directory is made all the same, for itself only.
    const myid = `${member.id}\n`;
    if (plan.servers.length > 0) files.push({ path: join(member.folder, 'data/myid'), text: myid });
  }
  if (isTls) files.push(...(await certificateFiles(plan, dir)));
  return { files, warnings: [...warnings] };
}

/** Throws a ToolError for what the server would refuse. */
function readBack(config: string, { id, home }: Member): Promise<readonly string[]> {
  const name = 'zoo.cfg';
  const readFile = (path: string) => {
    if (path === name) return Buffer.from(config, 'latin1');
    if (path === `${home}/data/myid`) return Buffer.from(`${id}\n`);
    throw Object.assign(new Error(path), { code: 'ENOENT' });
  };
  const read = () => readServerConfig({ args: [name], env: {}, readFile }).warnings;
  return refuseBadConfig(ToolExit.usage, read);
}

async function certificateFiles(plan: Plan, dir: string): Promise<PlannedFile[]> {
  const { createAuthority } = await import('./certificates.ts');
  const authority = await createAuthority(Date.now());
  const ca = authority.certificatePem;
  const files: PlannedFile[] = [
    { path: join(dir, 'authority/ca.pem'), text: ca },
    { path: join(dir, 'authority/ca-key.pem'), text: authority.keyPem, isSecret: true },
  ];
  const give = async (folder: string, name: string, hosts: readonly string[]) => {
    const own = hosts.length > 0 ? 'member.pem' : `${name}.pem`;
    const text = await authority.issue({ name, hosts });
    files.push({ path: join(folder, own), text, isSecret: true });
    files.push({ path: join(folder, 'ca.pem'), text: ca });
  };
  for (const { folder, host, id } of plan.members) {
    const listed = plan.servers.find((server) => server.id === id)?.addresses ?? [];
    const hosts = [host, ...listed.map((each) => each.host), 'localhost', '127.0.0.1', '::1'];
    await give(join(folder, 'tls'), host, [...new Set(hosts)]);
  }
  await give(join(dir, 'clients'), 'client', []);
  return files;
}
