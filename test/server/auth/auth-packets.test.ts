/** Auth packets over the wire. The answers are those of Java 3.8.0 and 3.9.5 to the same packets. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { acl, buf, cat, int, Op, RawClient, str, vec } from '../../interop/raw-client.ts';
import { runWords } from '../four-letter-words/running-words.ts';

const AUTH_XID = -4;
const packet = (scheme: string, data: string) => cat(int(0), str(scheme), buf(data));
const authAcl = vec([acl(31, 'auth', '')]);

async function connect(t: TestContext, port: number): Promise<RawClient> {
  const client = await RawClient.connect(port);
  t.after(() => client.connection.destroy());
  return client;
}

const errOf = async (client: RawClient, scheme: string, data: string) =>
  (await client.request(Op.auth, packet(scheme, data), AUTH_XID))?.err;

/** Every text in the body of an answer. */
const textsIn = (body: Buffer | undefined): readonly string[] =>
  (body?.toString('latin1') ?? '').match(/[ -~]{2,}/g) ?? [];

test('auth packet: digest → the id that `auth` stands for', async (t) => {
  const { port } = await runWords(t);
  const client = await connect(t, port);
  const reply = await client.request(Op.auth, packet('digest', 'u:p:q'), AUTH_XID);
  assert.deepEqual([reply?.xid, reply?.zxid, reply?.err], [AUTH_XID, 0n, 0]);
  await client.must(Op.create, cat(str('/mine'), buf(null), authAcl, int(0)));
  const texts = textsIn((await client.must(Op.getACL, str('/mine'))).body);
  assert.deepEqual(texts.slice(0, 2), ['digest', 'u:VIgTKUjc2iscZoJn2UUrdGNNgW4=']);
  const stranger = await connect(t, port);
  assert.equal((await stranger.request(Op.getData, cat(str('/mine'), Buffer.of(0))))?.err, -102);
});

test('auth packet: digest without a colon → a user all the same', async (t) => {
  const { port } = await runWords(t);
  const client = await connect(t, port);
  assert.equal(await errOf(client, 'digest', 'user'), 0);
  assert.ok(textsIn((await client.must(Op.whoAmI)).body).includes('user'));
});

test('auth packet: ip → taken, but nobody that `auth` could stand for', async (t) => {
  const { port } = await runWords(t);
  const client = await connect(t, port);
  assert.equal(await errOf(client, 'ip', ''), 0);
  const reply = await client.request(Op.create, cat(str('/n'), buf(null), authAcl, int(0)));
  assert.equal(reply?.err, -114);
});

test('auth packet: no such scheme → AuthFailed, then the end', async (t) => {
  const { port } = await runWords(t);
  for (const scheme of ['world', 'super', 'auth', 'sasl', 'ensemble', '']) {
    const client = await connect(t, port);
    assert.equal(await errOf(client, scheme, 'x'), -115, scheme);
    assert.equal(await client.nextReply(), undefined, scheme);
  }
});
