// What a SASL DIGEST-MD5 server answers, byte for byte but for its nonce and proof: a session to run
// against Java and Zooid. The digest is computed here again, so that an error shared with src/ shows.

import { createHash } from 'node:crypto';
import {
  acl,
  buf,
  cat,
  int,
  Op,
  openAcl,
  RawClient,
  type RawReply,
  str,
  vec,
} from '../raw-client.ts';

/** The users of the session, as a JAAS section. */
export const SESSION_JAAS = `Server {
  org.apache.zookeeper.server.auth.DigestLoginModule required
  user_bob="secret" // The one of most cases.
  user_super="adminpw"
  user_root="rootpw"
  user_zoë="pä$$"
  user_uni="pä€"
  "user_host/h@R"="k";
};
`;

interface Response {
  readonly user?: string;
  readonly password?: string;
  readonly encoding?: BufferEncoding;
  readonly directives?: Readonly<Record<string, string | null>>;
}

const md5 = (bytes: Uint8Array | string): Buffer => createHash('md5').update(bytes).digest();
const hex = (bytes: Uint8Array | string): string => md5(bytes).toString('hex');

const respond = (challenge: string, { user = 'bob', password = 'secret', ...rest }: Response) => {
  const { encoding = 'latin1', directives = {} } = rest;
  const nonce = /nonce="([^"]*)"/.exec(challenge)?.[1] ?? '';
  const plain: Record<string, string | null> = {
    ...{ username: `"${user}"`, realm: '"zk-sasl-md5"', nonce: `"${nonce}"`, nc: '00000001' },
    ...{ cnonce: '"abc"', 'digest-uri': '"zookeeper/zk-sasl-md5"', qop: 'auth' },
    ...{ charset: 'utf-8', ...directives },
  };
  const bare = (name: string) => (plain[name] ?? '').replaceAll('"', '');
  const secret = md5(Buffer.from(`${user}:${bare('realm')}:${password}`, encoding));
  const authzid = plain['authzid'] === undefined ? '' : `:${bare('authzid')}`;
  const a1 = Buffer.concat([secret, Buffer.from(`:${bare('nonce')}:abc${authzid}`)]);
  const a2 = hex(`AUTHENTICATE:${bare('digest-uri')}`);
  const response = hex(`${hex(a1)}:${bare('nonce')}:${bare('nc')}:abc:auth:${a2}`);
  return Object.entries({ response, ...plain })
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
};

const token = (reply: RawReply): string =>
  reply.body.readInt32BE(0) < 0 ? 'null' : reply.body.subarray(4).toString('utf8');

const show = (reply: RawReply | undefined): string => {
  if (reply === undefined) return 'closed';
  const text = reply.body.length < 4 ? `${reply.body.length} bytes` : token(reply);
  const masked = text.replace(/nonce="[^"]+"/, 'nonce=N').replace(/rspauth=\w{32}$/, 'rspauth=P');
  return `xid=${reply.xid} zxid=${reply.zxid} err=${reply.err} ${masked}`;
};

/** The identities, sorted: Java keeps them in a set. */
const whoAmI = async (client: RawClient): Promise<string> => {
  const reply = await client.request(Op.whoAmI);
  if (reply === undefined || reply.err !== 0) return show(reply);
  const ids: string[] = [];
  let at = 4;
  const text = () => {
    const end = at + 4 + reply.body.readInt32BE(at);
    const part = reply.body.subarray(at + 4, end).toString('utf8');
    at = end;
    return part;
  };
  for (let left = reply.body.readInt32BE(0); left > 0; left--) ids.push(`${text()}:${text()}`);
  return ids.sort().join(' ');
};

const cases: Readonly<Record<string, Response>> = {
  right: {},
  'wrong password': { password: 'x' },
  'unknown user': { user: 'nobody' },
  'no realm': { directives: { realm: null } },
  'another realm': { directives: { realm: '"x"' } },
  'another uri': { directives: { 'digest-uri': '"zookeeper/other"' } },
  'uri in capitals': { directives: { 'digest-uri': '"ZooKeeper/ZK-sasl-md5"' } },
  'second count': { directives: { nc: '00000002' } },
  'no qop': { directives: { qop: null } },
  'qop of integrity': { directives: { qop: 'auth-int' } },
  'qop in quotes': { directives: { qop: '"auth"' } },
  'no charset': { directives: { charset: null } },
  'own authzid': { directives: { authzid: '"bob"' } },
  'authzid of super': { directives: { authzid: '"super"' } },
  'an unknown directive': { directives: { foo: '"bar"' } },
  'another nonce': { directives: { nonce: '"zzz"' } },
  'too long': { directives: { foo: `"${'x'.repeat(4100)}"` } },
  'letters of latin1': { user: 'zoë', password: 'pä$$' },
  'latin1 hashed as utf-8': { user: 'zoë', password: 'pä$$', encoding: 'utf8' },
  'letters beyond latin1': { user: 'uni', password: 'pä€', encoding: 'utf8' },
  'a principal': { user: 'host/h@R', password: 'k' },
  super: { user: 'super', password: 'adminpw' },
  'a super user': { user: 'root', password: 'rootpw' },
};

const authPacket = (scheme: string, data: string) => cat(int(0), str(scheme), buf(data));
const createBody = (path: string, id: Buffer) => cat(str(path), buf('x'), vec([id]), int(0));

/** What each case is answered, a line for each. */
export const saslSession = async (port: number): Promise<readonly string[]> => {
  const lines: string[] = [];
  const withClient = async (
    name: string,
    act: (client: RawClient) => Promise<readonly string[]>,
  ) => {
    const client = await RawClient.connect(port);
    for (const line of await act(client)) lines.push(`${name} → ${line}`);
    client.connection.destroy();
  };
  const login = async (client: RawClient, response: Response) => {
    const challenge = await client.must(Op.sasl, buf(''));
    return client.request(Op.sasl, buf(respond(token(challenge), response)));
  };
  for (const [name, response] of Object.entries(cases)) {
    await withClient(name, async (client) => [
      show(await login(client, response)),
      await whoAmI(client),
    ]);
  }
  await withClient('a token first', async (client) => [
    show(await client.request(Op.sasl, buf('hello'))),
    await whoAmI(client),
  ]);
  await withClient('another token afterwards', async (client) => {
    await login(client, {});
    return [show(await client.request(Op.sasl, buf(''))), await whoAmI(client)];
  });
  await withClient('no SASL, a ping', async (client) => [
    show(await client.request(Op.ping, Buffer.alloc(0), -2)).replace(/zxid=[1-9]\d*/, 'zxid=Z'),
    await whoAmI(client),
  ]);
  await withClient('digest and then SASL', async (client) => [
    show(await client.request(Op.auth, authPacket('digest', 'a:b'), -4)),
    show(await login(client, {})),
    show(await client.request(Op.auth, authPacket('sasl', 'bob'), -4)),
  ]);
  await withClient('a node of bob', async (client) => {
    await login(client, {});
    const made = await client.request(Op.create, createBody('/bobs', acl(31, 'sasl', 'bob')));
    const bad = await client.request(Op.create, createBody('/bad', acl(31, 'sasl', 'a@b@c')));
    const auth = await client.request(Op.create, createBody('/auth', acl(31, 'auth', '')));
    const open = await client.request(Op.create, createBody('/open', openAcl));
    return [made, bad, auth, open].map((reply) => (reply ? `err=${reply.err}` : 'closed'));
  });
  for (const [user, password] of [
    ['bob', 'secret'],
    ['zoë', 'pä$$'],
    ['super', 'adminpw'],
    ['root', 'rootpw'],
  ] as const) {
    await withClient(`${user} reads that of bob`, async (client) => {
      await login(client, { user, password });
      const reply = await client.request(Op.getData, cat(str('/bobs'), Buffer.of(0)));
      return [reply ? `err=${reply.err}` : 'closed'];
    });
  }
  return lines;
};
