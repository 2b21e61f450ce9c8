/** What to do with what `zooid init` has written: commands to copy. */
import { join, relative } from 'node:path';
import type { Member, Plan } from './members.ts';

export interface NextStepsParts {
  readonly plan: Plan;
  readonly dir: string;
  readonly isTls: boolean;
  readonly isLocal: boolean;
}

export function describeNextSteps(parts: NextStepsParts): string {
  const { plan, isLocal } = parts;
  const isHere = isLocal || plan.servers.length === 0;
  const steps = isHere ? stepsHere(plan.members) : stepsElsewhere(plan.members);
  return `${steps}\n${connectStep(parts)}${parts.isTls ? tlsStep(parts) : ''}`;
}

function stepsHere(members: readonly Member[]): string {
  const configs = members.map(({ folder }) => shown(join(folder, 'zoo.cfg')));
  const [first = ''] = configs;
  return `Check it, then start ${members.length === 1 ? 'it' : 'each in a window of its own'}:
  zooid doctor ${first}
${configs.map((config) => `  zooid server ${config}`).join('\n')}
`;
}

function stepsElsewhere(members: readonly Member[]): string {
  const copies = members.map(({ folder, host, home }) => {
    return `  rsync -a ${shown(folder)}/ ${bracketed(host)}:${home}/`;
  });
  const [home = ''] = members.map((member) => member.home);
  return `Copy each folder to its host:
${copies.join('\n')}
Then, on each host, check it and start it:
  zooid doctor ${home}/zoo.cfg
  zooid server ${home}/zoo.cfg
`;
}

function connectStep({ plan, isTls }: NextStepsParts): string {
  const addresses = plan.members.map(({ host, clientPort, secureClientPort }) => {
    const port = isTls ? secureClientPort : clientPort;
    return `${bracketed(host)}:${port}`;
  });
  const how = isTls ? 'Clients connect by TLS' : 'Clients connect';
  return `${how} to ${addresses.join(',')}\n`;
}

function tlsStep({ dir }: NextStepsParts): string {
  return `with the key and certificate in ${shown(join(dir, 'clients'))}; give each client one of its own where it
matters who it is. Keep ${shown(join(dir, 'authority/ca-key.pem'))} away from the servers: whoever has it can make more.
`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function shown(path: string): string {
  const short = relative('', path);
  return short.startsWith('..') ? path : `./${short}`;
}
