/** A thread with a program in TypeScript. Threads do not inherit the loader of their process in Node 20. */
import { Worker } from 'node:worker_threads';

const LOAD = `
const { tsx, program } = require('node:worker_threads').workerData;
import(tsx).then(({ register }) => { register(); return import(program); });`;

/** What it says and hears is up to the program; `given` is its `workerData`'s. */
export function startThread(program: string, given?: unknown): Worker {
  const tsx = import.meta.resolve('tsx/esm/api');
  return new Worker(LOAD, { eval: true, execArgv: [], workerData: { tsx, program, given } });
}
