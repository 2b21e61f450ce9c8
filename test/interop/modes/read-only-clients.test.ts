// Real read-only clients of a server that is alone: zkCli.sh -r of 3.8 and kazoo. Both say on the
// way in that they can do with old data, and find out from the answer that they have to.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../clients/client-program.ts';
import { ensureDebianPackages } from '../packages.ts';
import { Op, RawClient } from '../raw-client.ts';
import { compareStory, createBody, untilIsro } from './mode-session.ts';

const COMMANDS = ['ls /', 'get /a', 'create /x y', 'set /a other', 'delete /a', 'sync /a', 'quit'];
const PROGRAMS = [
  {
    name: 'zkCli',
    command: '/usr/share/zookeeper/bin/zkCli.sh',
    args: (port: number) => ['-r', '-server', `127.0.0.1:${port}`],
    input: `${COMMANDS.join('\n')}\n`,
  },
  {
    name: 'kazoo',
    command: '/usr/bin/python3',
    args: (port: number) => [
      fileURLToPath(new URL('../clients/kazoo-read-only.py', import.meta.url)),
      `127.0.0.1:${port}`,
    ],
    input: '',
  },
] as const;

const packages = await ensureDebianPackages(['zookeeper', 'python3-kazoo']);

for (const { name, command, args, input } of PROGRAMS) {
  compareStory({
    title: `${name} reads from a server that is alone`,
    ...(packages.available ? {} : { skip: packages.reason }),
    config: { localSessionsEnabled: 'true' },
    systemProperties: { 'readonlymode.enabled': 'true' },
    tell: async (ensemble, write) => {
      const { port } = ensemble.member(1);
      const client = await RawClient.connect(port);
      await client.must(Op.create, createBody('/a'));
      await ensemble.member(2).kill();
      await untilIsro(ensemble, port, 'ro');
      const output = await runProgram({ command, args: args(port), input });
      for (const line of [...output.stdout, ...output.stderr]) write(line);
      assert.equal(output.code, 0, output.stderr.join('\n'));
    },
  });
}
