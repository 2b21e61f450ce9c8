/** A whole ensemble put back to an earlier zxid, as docs/operations.md says how. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ZooKeeper } from '../../../src/client/index.ts';
import { findFreePort } from '../../free-ports.ts';
import { makeFolder, zooid } from '../../tools/tool-run.ts';
import { makeDataDir, missingServer, ServerProcess } from '../server-process.ts';

const MEMBERS = [1, 2, 3];

class Ensemble {
  readonly #folder: string;
  readonly #config: Record<string, string>;
  readonly #servers = new Map<number, ServerProcess>();

  constructor(folder: string, config: Record<string, string>) {
    this.#folder = folder;
    this.#config = config;
    for (const id of MEMBERS) {
      mkdirSync(this.dataDir(id));
      writeFileSync(join(this.dataDir(id), 'myid'), String(id));
    }
  }

  dataDir(id: number): string {
    return join(this.#folder, String(id));
  }

  /** Resolves when these serve. */
  async start(t: TestContext, ids: readonly number[]): Promise<void> {
    const servers: ServerProcess[] = [];
    for (const id of ids) {
      const server = await ServerProcess.spawn({ dataDir: this.dataDir(id), config: this.#config });
      t.after(() => server.kill());
      this.#servers.set(id, server);
      servers.push(server);
    }
    await Promise.all(servers.map((server) => server.sees('serving mode=')));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.stop()));
  }

  async client(t: TestContext, id: number): Promise<ZooKeeper> {
    const zk = await ZooKeeper.connect(`127.0.0.1:${this.#servers.get(id)?.port}`);
    t.after(() => zk.close());
    return zk;
  }
}

async function makeConfig(): Promise<Record<string, string>> {
  const config: Record<string, string> = { initLimit: '20', syncLimit: '20' };
  for (const id of MEMBERS) {
    const ports = `${await findFreePort()}:${await findFreePort()}`;
    config[`server.${id}`] = `127.0.0.1:${ports}`;
  }
  return config;
}

test('restore: of an ensemble, into one member, the others empty → all serve the state of then', async (t) => {
  const missing = missingServer();
  if (missing !== undefined) return t.skip(missing);
  const ensemble = new Ensemble(makeDataDir(t), await makeConfig());
  await ensemble.start(t, MEMBERS);
  const zk = await ensemble.client(t, 2);
  await zk.create('/kept', 'then');
  const { mzxid } = await zk.setData('/kept', 'now');
  await zk.create('/undone', 'x');
  await zk.setData('/kept', 'later');
  await zk.close();
  await ensemble.stop();

  const backup = makeFolder(t);
  await zooid('backup', backup, '--from', ensemble.dataDir(2));
  for (const id of MEMBERS) rmSync(join(ensemble.dataDir(id), 'version-2'), { recursive: true });
  const zxid = `0x${mzxid.toString(16)}`;
  const restored = await zooid('restore', backup, ensemble.dataDir(3), '--to-zxid', zxid);
  assert.match(restored.output, new RegExp(`^Restored zxid ${zxid},`));

  // Without it there is no quorum; then the third.
  await ensemble.start(t, [3, 1]);
  await ensemble.start(t, [2]);
  for (const id of MEMBERS) {
    const member = await ensemble.client(t, id);
    await member.sync('/');
    assert.equal(await member.exists('/undone'), null);
    const { data, stat } = await member.getData('/kept');
    assert.deepEqual([Buffer.from(data).toString(), stat.mzxid], ['now', mzxid]);
  }
  const writer = await ensemble.client(t, 1);
  await writer.create('/after', 'x');
  await ensemble.stop();
});
