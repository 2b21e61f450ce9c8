import type { NodeCommand } from '../command.ts';

export const addauth: NodeCommand = {
  kind: 'node',
  name: 'addauth',
  form: 'scheme auth',
  wordsMin: 1,
  run: ({ zk, words: [scheme = '', auth = ''] }) => zk.addAuth(scheme, auth),
};
