// enableEagerACLCheck: what the server of a client refuses by itself takes no zxid.

import { acl, cat, int, Op, openAcl, RawClient, str, vec } from '../raw-client.ts';
import { compareStory, createBody, pathBody } from './mode-session.ts';

const ANY_VERSION = int(-1);
const readOnlyAcl = vec([acl(1, 'world', 'anyone')]);
const createWith = (path: string, list: Buffer): Buffer =>
  cat(str(path), str('data'), list, int(0));
const setDataBody = (path: string): Buffer => cat(str(path), str('x'), ANY_VERSION);
const setAclBody = (path: string, list: Buffer): Buffer => cat(str(path), list, ANY_VERSION);

compareStory({
  title: 'enableEagerACLCheck',
  systemProperties: { 'zookeeper.enableEagerACLCheck': 'true' },
  isMixable: true,
  tell: async (ensemble, write) => {
    for (const id of [1, 2]) {
      const client = await RawClient.connect(ensemble.member(id).port);
      const root = `/r${id}`;
      await client.must(Op.create, createBody(root));
      await client.must(Op.create, createWith(`${root}/x`, readOnlyAcl));
      await client.must(Op.setACL, setAclBody(root, readOnlyAcl));
      const lastZxid = async () => (await client.must(Op.exists, pathBody('/'))).zxid;
      for (const [what, type, body] of [
        ['create', Op.create, createBody(`${root}/y`)],
        ['create2', Op.create2, createBody(`${root}/y`)],
        ['container', Op.createContainer, createBody(`${root}/y`, 4)],
        ['delete', Op.delete, cat(str(`${root}/x`), ANY_VERSION)],
        ['setData', Op.setData, setDataBody(`${root}/x`)],
        ['setACL', Op.setACL, setAclBody(`${root}/x`, vec([openAcl]))],
        ['create without an ACL', Op.create, createWith(`/none${id}`, vec([]))],
        ['setACL to none', Op.setACL, setAclBody('/', vec([]))],
        ['create, no parent', Op.create, createBody('/no/parent')],
        ['delete of what is reserved', Op.delete, cat(str('/zookeeper'), ANY_VERSION)],
        ['setData, no node', Op.setData, setDataBody('/none')],
        ['setData, permitted', Op.setData, setDataBody('/')],
      ] as const) {
        const before = await lastZxid();
        const reply = await client.request(type, body);
        write(`${id} ${what}: err ${reply?.err}, zxids ${(await lastZxid()) - before}`);
      }
      await client.close();
    }
  },
});
