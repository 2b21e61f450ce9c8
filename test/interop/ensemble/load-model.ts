// What a session of the recording load writes, and what its part of the tree must then look like:
// a function of the number of writes alone. Each write changes something that a second time, or a
// missing time, would show: names of children, a version, a cversion.

import {
  createBody,
  createTtlBody,
  multiBody,
  pathVersionBody,
  pathWatchBody,
  setDataBody,
} from '../raw-body.ts';
import { Op, type RawClient } from '../raw-client.ts';

/** Nodes of that many rounds of four writes stay. */
const ROUNDS_KEPT = 4;
const DAY_MS = 86_400_000n;

export interface Write {
  readonly type: number;
  readonly body: Buffer;
}

const sequentialName = (n: number): string => `s-${n}-`;

/** Children made until write `n` of the fourth kind: one a write, that write's included. */
const suffix = (n: number): string => String(n).padStart(10, '0');

/** The n-th write below a root, from 0: create, create with TTL, create a container, a multi. */
export const writeOf = (root: string, n: number): Write => {
  const path = `${root}/n-${n}`;
  switch (n % 4) {
    case 0:
      return { type: Op.create, body: createBody(path, { data: `${n}` }) };
    case 1:
      return { type: Op.createTTL, body: createTtlBody(path, DAY_MS, { data: `${n}` }) };
    case 2:
      return { type: Op.createContainer, body: createBody(path, { flags: 4, data: `${n}` }) };
    default: {
      const first = n - 3 - 4 * ROUNDS_KEPT;
      const old = [`n-${first}`, `n-${first + 1}`, `n-${first + 2}`, oldSequential(first + 3)];
      const deletes = first < 0 ? [] : old;
      return {
        type: Op.multi,
        body: multiBody([
          [Op.setData, setDataBody(root, `${n}`)],
          ...deletes.map((name) => [Op.delete, pathVersionBody(`${root}/${name}`)] as const),
          [Op.create, createBody(`${root}/${sequentialName(n)}`, { flags: 2 })],
        ]),
      };
    }
  }
};

/** A sequential node's number is the count of children that its parent ever had before. */
const oldSequential = (n: number): string => `${sequentialName(n)}${suffix(n)}`;

export interface RootState {
  readonly data: string;
  readonly version: number;
  readonly cversion: number;
  readonly children: readonly string[];
}

/** After the first `count` writes. */
export const stateAfter = (count: number): RootState => {
  const rounds = Math.floor(count / 4);
  const deleted = Math.max(0, rounds - ROUNDS_KEPT) * 4;
  const children: string[] = [];
  for (let n = deleted; n < count; n += 1) {
    children.push(n % 4 === 3 ? oldSequential(n) : `n-${n}`);
  }
  return {
    data: rounds === 0 ? 'x' : String(rounds * 4 - 1),
    version: rounds,
    cversion: count + deleted,
    children: children.sort(),
  };
};

const readNames = (body: Buffer): string[] => {
  const names: string[] = [];
  for (let offset = 4; offset < body.length; ) {
    const end = offset + 4 + body.readInt32BE(offset);
    names.push(body.toString('utf8', offset + 4, end));
    offset = end;
  }
  return names;
};

/** What the server of this client shows of a root. */
export const readRootState = async (client: RawClient, root: string): Promise<RootState> => {
  const { body } = await client.must(Op.getData, pathWatchBody(root));
  const dataEnd = 4 + body.readInt32BE(0);
  const listed = await client.must(Op.getChildren, pathWatchBody(root));
  return {
    data: body.toString('utf8', 4, dataEnd),
    version: body.readInt32BE(dataEnd + 32),
    cversion: body.readInt32BE(dataEnd + 36),
    children: readNames(listed.body).sort(),
  };
};
