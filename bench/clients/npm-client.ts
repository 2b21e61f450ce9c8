// npm's node-zookeeper-client, from the cache folder where the interop tests put it.

import { createRequire } from 'node:module';
import path from 'node:path';
import { cacheFolder } from '../../test/interop/packages.ts';
import type { MeasuredClient } from './measured-client.ts';

type Callback<T> = (error: Error | null, value: T) => void;

interface NpmClient {
  once(event: string, listener: () => void): void;
  connect(): void;
  close(): void;
  getData(path: string, callback: Callback<Buffer>): void;
  setData(path: string, data: Buffer, callback: Callback<unknown>): void;
  create(path: string, data: Buffer, callback: Callback<string>): void;
}

const promised = <T>(begin: (callback: Callback<T>) => void): Promise<T> =>
  new Promise((resolve, reject) =>
    begin((error, value) => (error === null ? resolve(value) : reject(error))),
  );

export const connectNpm = async (port: number): Promise<MeasuredClient> => {
  const require = createRequire(path.join(cacheFolder, 'clients', 'node', 'index.js'));
  const library = require('node-zookeeper-client') as {
    createClient(address: string, options: object): NpmClient;
  };
  const client = library.createClient(`127.0.0.1:${port}`, { sessionTimeout: 30_000 });
  const connected = new Promise<void>((resolve) => client.once('connected', resolve));
  client.connect();
  await connected;
  return {
    get: async (name) => (await promised<Buffer>((done) => client.getData(name, done))).length,
    set: async (name, data) => {
      await promised((done) => client.setData(name, data, done));
    },
    create: async (name, data) => {
      await promised((done) => client.create(name, data, done));
    },
    close: async () => client.close(),
  };
};
