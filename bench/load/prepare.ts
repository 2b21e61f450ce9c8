// The nodes that the workloads use. Their paths have one width, and their requests one size.

import type { Buffer } from 'node:buffer';
import { encodeCreate, fillData } from './frames.ts';
import { LoadConnection } from './load-connection.ts';

export const NODES = 1000;
export const CHILDREN = 100;
export const SMALL_BYTES = 100;
export const LARGE_BYTES = 1024;
export const childrenPath = '/bench/children';
export const watchedPath = '/bench/watched';

const digits = (value: number, width: number): string => String(value).padStart(width, '0');
export const readPath = (node: number): string => `/bench/get/n${digits(node, 4)}`;
export const writePath = (node: number): string => `/bench/set/n${digits(node, 4)}`;

/** Sends requests all at once and waits for as many good replies. */
export const sendAll = (connection: LoadConnection, requests: readonly Buffer[]): Promise<void> =>
  new Promise((resolve, reject) => {
    let missing = requests.length;
    connection.onLost = (reason) => reject(new Error(reason));
    connection.onFrames = (frames) => {
      missing -= frames;
      if (missing > 0) return;
      if (connection.errors > 0) reject(new Error(`A request got error ${connection.firstError}.`));
      else resolve();
    };
    for (const request of requests) connection.send(request);
  });

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export const prepare = async (port: number): Promise<null> => {
  const connection = await LoadConnection.open({ port });
  const small = fillData(SMALL_BYTES);
  const large = fillData(LARGE_BYTES);
  const empty = fillData(0);
  const create = (path: string, data: Buffer): Buffer => encodeCreate({ xid: 1, path, data });
  await sendAll(connection, [
    ...['/bench', '/bench/get', '/bench/set', '/bench/create', '/bench/churn', childrenPath].map(
      (path) => create(path, empty),
    ),
    create(watchedPath, small),
  ]);
  await sendAll(
    connection,
    range(NODES).map((node) => create(readPath(node), small)),
  );
  await sendAll(
    connection,
    range(NODES).map((node) => create(writePath(node), large)),
  );
  await sendAll(
    connection,
    range(CHILDREN).map((child) => create(`${childrenPath}/child-${digits(child, 4)}`, small)),
  );
  await connection.close();
  return null;
};
