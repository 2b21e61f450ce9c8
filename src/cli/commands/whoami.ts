import type { NodeCommand } from '../command.ts';

export const whoami: NodeCommand = {
  kind: 'node',
  name: 'whoami',
  form: '',
  async run({ zk, print }) {
    const identities = await zk.whoAmI();
    print('Auth scheme: User');
    for (const { scheme, id } of identities) print(`${scheme}: ${id}`);
  },
};
