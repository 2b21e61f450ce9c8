import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { AdminService } from '../../../src/server/admin/admin-service.ts';
import { ExitCode, StartupError } from '../../../src/server/exit-code.ts';
import { silentLogger } from '../../../src/server/logging/logger.ts';
import { cleanUp } from '../embedded-server.ts';
import { runAdmin } from './running-admin.ts';

async function makeService(t: TestContext, admin: { isEnabled: boolean; port: number }) {
  const { words, admin: other } = await runAdmin(t);
  const config = { ...words.config, admin: { ...words.config.admin, ...admin } };
  const step = <T>(action: () => T): T => action();
  const service = new AdminService({ config, words, logger: silentLogger, step });
  cleanUp(t, () => service.close());
  return { service, takenPort: other.port, words, step };
}

test('admin service: not enabled → nothing listens', async (t) => {
  const { service } = await makeService(t, { isEnabled: false, port: 0 });
  await service.start();
  assert.equal(service.port, 0);
});

test('admin service: enabled → it listens until it is closed', async (t) => {
  const { service } = await makeService(t, { isEnabled: true, port: 0 });
  await service.start();
  const { port } = service;
  assert.equal((await fetch(`http://127.0.0.1:${port}/livez`)).status, 200);
  service.close();
  await assert.rejects(fetch(`http://127.0.0.1:${port}/livez`));
});

test('admin service: closed while it starts → nothing listens', async (t) => {
  const { service } = await makeService(t, { isEnabled: true, port: 0 });
  const starting = service.start();
  service.close();
  await starting;
  assert.equal(service.port, 0);
});

test('admin service: the port is taken → a StartupError with the exit code of ZooKeeper', async (t) => {
  const { words, step, takenPort } = await makeService(t, { isEnabled: false, port: 0 });
  const config = {
    ...words.config,
    admin: { ...words.config.admin, isEnabled: true, port: takenPort },
  };
  const second = new AdminService({ config, words, logger: silentLogger, step });
  cleanUp(t, () => second.close());
  await assert.rejects(second.start(), (error) => {
    assert.ok(error instanceof StartupError);
    assert.equal(error.exitCode, ExitCode.errorStartingAdminServer);
    assert.match(error.message, /cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
    return true;
  });
});

test('admin service: HTTPS is forced and no keys were loaded → never served without', async (t) => {
  const { words, step } = await makeService(t, { isEnabled: false, port: 0 });
  const admin = { ...words.config.admin, isEnabled: true, isHttpsForced: true };
  const config = { ...words.config, admin };
  const service = new AdminService({ config, words, logger: silentLogger, step });
  await assert.rejects(service.start(), /TLS of the AdminServer/);
  assert.equal(service.port, 0);
});

test('admin service: a client that stays when it is closed → cut off', async (t) => {
  const { service } = await makeService(t, { isEnabled: true, port: 0 });
  await service.start();
  const socket = connect(service.port, '127.0.0.1');
  cleanUp(t, () => void socket.destroy());
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => socket.once('data', resolve));
  service.close();
  await ended;
});
