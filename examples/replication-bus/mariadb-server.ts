/** A MariaDB server, which lives as long as this process. */
import { setTimeout as pause } from 'node:timers/promises';
import { report, words } from '../frame/part.ts';
import { connectMariaDb } from './databases.ts';
import { mariaDbSocket, startMariaDb } from './mariadb.ts';

const { folder, name } = words('folder', 'name');
startMariaDb(folder, name).once('exit', (code, signal) => {
  throw new Error(`mariadbd has ended (${signal ?? code}); see ${folder}/${name}.err.`);
});
const connection = await connectMariaDb(mariaDbSocket(folder, name));
for (;;) {
  const [rows] = await connection.query('SELECT COUNT(*) AS orders FROM orders');
  const [{ orders }] = rows as [{ orders: number }];
  await report({ status: `serves; ${orders} orders` });
  await pause(500);
}
