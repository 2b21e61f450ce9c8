/**
 * A process of its own for the blocks of one page: `run-blocks.ts <connect string> <module>…`
 * imports one after another, each with a chroot to itself in ZOOID_CONNECT. That the process then
 * ends by itself is part of the test: a block that closes what it opened leaves nothing behind.
 */
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ZooKeeper } from '../../src/client/index.ts';

const [servers = '', ...modules] = process.argv.slice(2);

for (const module of modules) {
  const chroot = `/${basename(module)}`;
  const zk = await ZooKeeper.connect(servers);
  await zk.create(chroot);
  await zk.close();
  process.env['ZOOID_CONNECT'] = `${servers}${chroot}`;
  try {
    await import(pathToFileURL(module).href);
  } catch (error) {
    throw new Error(`${module} failed`, { cause: error });
  }
  process.stdout.write(`\nran ${module}\n`);
}
