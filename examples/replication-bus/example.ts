/** The replication bus: who takes part, what is shown, and what must be true at the end. */
import { join } from 'node:path';
import { requireDebianPackages } from '../frame/debian-packages.ts';
import type { PartProcess } from '../frame/part-process.ts';
import type { Play, PlayExample, Stage } from '../frame/stage.ts';
import { type Address, openDatabase } from './databases.ts';
import { MARIADB_PACKAGE, makeDataDirectories, mariaDbSocket } from './mariadb.ts';
import { compareShops, readShop } from './shop.ts';
import { Monitor, registerTask } from './tasks.ts';

export interface BusOptions {
  readonly replicators: number;
  readonly writers: number;
  /** How often each makes a transaction. */
  readonly everyMs: number;
}

export interface BusPlay extends Play {
  readonly monitor: Monitor;
  readonly databases: readonly PartProcess[];
  readonly targets: readonly Address[];
}

export const TASK_NAMES = ['shop-to-copy', 'shop-to-warehouse'] as const;

const programOf = (name: string): URL => new URL(`${name}.ts`, import.meta.url);

export async function playBus(stage: Stage, options: BusOptions): Promise<BusPlay> {
  const { folder } = stage;
  await requireDebianPackages([MARIADB_PACKAGE]);
  await makeDataDirectories(folder, ['source', 'copy']);
  const source: Address = { kind: 'mariadb', socket: mariaDbSocket(folder, 'source') };
  const targets: readonly Address[] = [
    { kind: 'mariadb', socket: mariaDbSocket(folder, 'copy') },
    { kind: 'sqlite', socket: join(folder, 'warehouse.sock') },
  ];
  const databases = [
    ...['source', 'copy'].map((name) =>
      stage.run(name, { program: programOf('mariadb-server'), words: [folder, name] }),
    ),
    stage.run('warehouse', {
      program: programOf('sqlite-server'),
      words: [join(folder, 'warehouse.sqlite'), join(folder, 'warehouse.sock')],
    }),
  ];
  const zk = await stage.connect();
  const monitor = new Monitor(zk, TASK_NAMES);
  await monitor.start();
  for (const [at, target] of targets.entries()) {
    await registerTask(zk, TASK_NAMES[at] ?? '', { source: source.socket, target });
  }
  const replicators = Array.from({ length: options.replicators }, (_, at) => {
    const name = `replicator-${at + 1}`;
    return stage.run(name, { program: programOf('replicator'), words: [name] });
  });
  for (let at = 1; at <= options.writers; at++) {
    const name = `writer-${at}`;
    const words = [name, source.socket, String(options.everyMs)];
    stage.run(name, { program: programOf('writer'), words });
  }
  return {
    monitor,
    databases,
    targets,
    lines: () => monitor.lines(),
    check: async () => {
      for (const part of [...databases, ...replicators]) part.start();
      const [shop, ...others] = await Promise.all([source, ...targets].map(openDatabase));
      if (shop === undefined) throw new Error('There is no source.');
      const [row] = await shop.query('SELECT @@gtid_binlog_pos AS position');
      const position = String(row?.['position']);
      await stage.until(`all targets are at ${position}`, () =>
        TASK_NAMES.every((name) => monitor.position(name) === position),
      );
      const rows = await readShop(shop);
      for (const target of others) compareShops(rows, await readShop(target));
      await Promise.all([shop, ...others].map((database) => database.close()));
      return `both targets have the ${rows.length} rows of the source, at ${position}.`;
    },
  };
}

export const playExample: PlayExample = (stage) =>
  playBus(stage, { replicators: 3, writers: 2, everyMs: 20 });
