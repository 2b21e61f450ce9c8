// The audit log: the same session against Java 3.8 and Zooid gives the same lines.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { javaClassPath, quickJvmFlags } from '../java-server.ts';
import { ensureDebianPackages } from '../packages.ts';
import { acl, buf, cat, int, Op, openAcl, RawClient, str, vec } from '../raw-client.ts';
import { type RunningServer, runServer } from '../running-server.ts';
import { startZooidServer, zooidServerAvailability } from '../zooid-server.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'zooid-audit-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const createBody = (name: string, flags = 0, acls = [openAcl]) =>
  cat(str(name), buf('x'), vec(acls), int(flags));
const setDataBody = (name: string, version = -1) => cat(str(name), buf('y'), int(version));
const deleteBody = (name: string) => cat(str(name), int(-1));
const part = (type: number, body: Buffer) => cat(int(type), Buffer.of(0), int(-1), body);
const multiBody = (...parts: Buffer[]) => cat(...parts, int(-1), Buffer.of(1), int(-1));

/** Reads, checks and what cannot be read leave no line. */
const session = async (port: number): Promise<void> => {
  const client = await RawClient.connect(port);
  const ask = (type: number, body: Buffer) => client.request(type, body);
  await ask(Op.create, createBody('/a'));
  await ask(Op.create, createBody('/a'));
  await ask(Op.create, createBody('/a/e', 1));
  await ask(Op.create2, createBody('/a/s-', 2));
  await ask(Op.createContainer, createBody('/a/c', 4));
  await ask(Op.createTTL, cat(createBody('/a/t', 5), Buffer.from('0000000000002710', 'hex')));
  await ask(Op.setData, setDataBody('/a'));
  await ask(Op.setData, setDataBody('/a', 7));
  await ask(Op.getData, cat(str('/a'), Buffer.of(0)));
  await ask(Op.delete, deleteBody('/none'));
  await ask(Op.auth, cat(int(0), str('digest'), buf('bob:b')));
  await ask(Op.setACL, cat(str('/a'), vec([openAcl, acl(1, 'ip', '127.0.0.1')]), int(-1)));
  await ask(Op.setACL, cat(str('/a'), vec([acl(6, 'ip', 'nowhere')]), int(-1)));
  await ask(
    Op.multi,
    multiBody(
      part(Op.create, createBody('/m')),
      part(Op.create, createBody('/m/s-', 2)),
      part(Op.check, cat(str('/a'), int(-1))),
      part(Op.setData, setDataBody('/m')),
      part(Op.delete, deleteBody('/a/s-0000000001')),
    ),
  );
  await ask(
    Op.multi,
    multiBody(part(Op.create, createBody('/n')), part(Op.delete, deleteBody('/none'))),
  );
  await ask(Op.delete, deleteBody('/a/c'));
  await client.close();
};

/** Who runs the server, and in which order a client has its names, is not the same. */
const masked = (line: string): string =>
  line
    .replace(/^[\d-]{10} [\d:]{8},\d{3} /, 'TIME ')
    .replace(/session=0x[0-9a-f]+/, 'session=S')
    .replace(/user=([^\t]*)/, (_, users: string) => {
      return `user=${users.split(',').sort().join(',')}`;
    });

/** Java 3.8 says nothing of TTL nodes, and of a sequential node in a multi not what it is. */
const isTold = (line: string): boolean => !line.includes('persistent_with_ttl');
const withoutTypeInMulti = (line: string): string =>
  line.replace(/(znode=\/m\/s-\d+)\tznode_type=persistent_sequential/, '$1');

const run = async (server: RunningServer, file: string): Promise<string[]> => {
  await session(server.port);
  await server.stop();
  return readFileSync(file, 'utf8').trimEnd().split('\n').map(masked);
};

const log4j = (file: string) => `log4j.rootLogger=OFF
log4j.appender.A=org.apache.log4j.FileAppender
log4j.appender.A.File=${file}
log4j.appender.A.layout=org.apache.log4j.PatternLayout
log4j.appender.A.layout.ConversionPattern=%d{ISO8601} %p o.a.z.a.Slf4jAuditLogger: %m%n
log4j.logger.org.apache.zookeeper.audit.Slf4jAuditLogger=INFO, A
`;

const LOG4J_JARS = ['slf4j-log4j12.jar', 'log4j-1.2.jar'].map((name) => `/usr/share/java/${name}`);

test('audit log: a session of everything → the lines of Java 3.8, start and stop included', async (t) => {
  const zooid = zooidServerAvailability();
  if (!zooid.available) return t.skip(zooid.reason);
  const packages = await ensureDebianPackages(['zookeeper', 'liblog4j1.2-java', 'libslf4j-java']);
  if (!packages.available) return t.skip(packages.reason);
  assert.ok(LOG4J_JARS.every((jar) => existsSync(jar)));
  const javaFile = path.join(folder, 'java_audit.log');
  const log4jFile = path.join(folder, 'log4j.properties');
  writeFileSync(log4jFile, log4j(javaFile));
  const classPath = [await javaClassPath('3.8'), ...LOG4J_JARS].join(':');
  const properties = ['audit.enable=true', 'extendedTypesEnabled=true', 'jmx.log4j.disable=true'];
  const java = await runServer({
    command: 'java',
    args: (configFile) => [
      ...quickJvmFlags,
      ...properties.map((property) => `-Dzookeeper.${property}`),
      ...[`-Dlog4j.configuration=file:${log4jFile}`, '-cp', classPath],
      ...['org.apache.zookeeper.server.quorum.QuorumPeerMain', configFile],
    ],
    dataDir: `${folder}/java`,
  });
  const expected = await run(java, javaFile);
  const server = await startZooidServer({
    dataDir: `${folder}/zooid`,
    config: { 'audit.enable': 'true', 'auditlog.file': 'zookeeper_audit.log' },
    systemProperties: { 'zookeeper.log.dir': folder, 'zookeeper.extendedTypesEnabled': 'true' },
  });
  const actual = await run(server, path.join(folder, 'zookeeper_audit.log'));
  assert.deepEqual(actual.filter(isTold).map(withoutTypeInMulti), expected);
  assert.equal(actual.filter((line) => !isTold(line)).length, 1);
});
