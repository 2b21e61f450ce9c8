import { isZooKeeperError, type ZooKeeper } from '../../client/index.ts';
import type { Call, NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { checkPath } from '../path-check.ts';
import {
  LIMIT_NODE,
  limitPath,
  noLimits,
  parseQuota,
  QUOTA_FLAGS,
  QUOTA_ROOT,
  type Quota,
  quotaPath,
  quotaText,
  statPath,
  warnings,
} from '../quota.ts';
import { visitSubtree } from '../subtree.ts';
import { usageOf } from '../usage.ts';

const INT_MAX = 2n ** 31n - 1n;
const LONG_MAX = 2n ** 63n - 1n;

export const setquota: NodeCommand = {
  kind: 'node',
  name: 'setquota',
  form: '-n|-b|-N|-B val path',
  flags: QUOTA_FLAGS.map((flag) => ({ ...flag, hasValue: true })),
  oneOf: 'required',
  async run(call) {
    const [path] = call.words;
    if (path === undefined) throw new CommandLineError(usageOf(setquota));
    if (path.startsWith(QUOTA_ROOT)) {
      return call.complain(`cannot set a quota under the path: ${QUOTA_ROOT}`);
    }
    const wanted = wantedLimit(call);
    if (typeof wanted === 'string') return call.complain(wanted);
    checkPath(path);
    if ((await call.zk.exists(path)) === null) {
      throw new CommandLineError(`${path} does not exist.`);
    }
    checkPath(quotaPath(path));
    await checkBelow(call, path);
    await checkAbove(call.zk, path);
    await writeQuota(call, path, wanted);
  },
};

/** Or what is wrong with it. Compat: that counts as well done. */
function wantedLimit({ given }: Call): Quota | string {
  const flag = QUOTA_FLAGS.find(({ name }) => given.has(name));
  if (flag === undefined) return usageOf(setquota);
  const text = given.value(flag.name) ?? '';
  const isCount = flag.limit.startsWith('count');
  const value = /^[+-]?\d{1,19}$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || value > (isCount ? INT_MAX : LONG_MAX)) {
    return 'NumberFormatException happens when parsing the option value';
  }
  if (isCount && value <= 0n) return 'the num quota must be greater than zero';
  if (value < 0n) return 'the bytes quota must be greater than or equal to zero';
  return noLimits().set(flag.limit, value);
}

async function checkBelow({ zk, signal }: Call, path: string): Promise<void> {
  const top = quotaPath(path);
  try {
    await visitSubtree(zk, top, {
      signal,
      visit: (each) => {
        if (!each.endsWith(`/${LIMIT_NODE}`) || each === limitPath(path)) return;
        const child = each.slice(QUOTA_ROOT.length, -LIMIT_NODE.length - 1);
        throw new CommandLineError(`${path} has a child ${child} which has a quota`);
      },
    });
  } catch (error) {
    if (!isZooKeeperError(error, 'NoNode')) throw error;
  }
}

async function checkAbove(zk: ZooKeeper, path: string): Promise<void> {
  const names = path.split('/').slice(1, -1);
  for (let depth = 1; depth <= names.length; depth++) {
    const parent = `/${names.slice(0, depth).join('/')}`;
    if ((await zk.exists(limitPath(parent))) === null) continue;
    throw new CommandLineError(`${path} has a parent ${parent} which has a quota`);
  }
}

async function writeQuota({ zk, print }: Call, path: string, wanted: Quota): Promise<void> {
  await ensureAbove(zk, path);
  if ((await zk.exists(limitPath(path))) === null) {
    await zk.create(limitPath(path), quotaText(wanted));
    await zk.create(statPath(path), 'count=0,bytes=0');
    const stats = await zk.getData(statPath(path));
    for (const line of warnings(wanted, parseQuota(stats.data))) print(line);
    return;
  }
  const [limits, stats] = await Promise.all([
    zk.getData(limitPath(path)),
    zk.getData(statPath(path)),
  ]);
  const quota = parseQuota(limits.data);
  for (const [limit, value] of wanted) if (value > -1n) quota.set(limit, value);
  for (const line of warnings(quota, parseQuota(stats.data))) print(line);
  await zk.setData(limitPath(path), quotaText(quota));
}

/** Compat: as Java makes them, without data. */
async function ensureAbove(zk: ZooKeeper, path: string): Promise<void> {
  const names = quotaPath(path).split('/').slice(1);
  for (let depth = 1; depth <= names.length; depth++) {
    const each = `/${names.slice(0, depth).join('/')}`;
    if ((await zk.exists(each)) !== null) continue;
    await zk.create(each, null).catch((error: unknown) => {
      if (!isZooKeeperError(error, 'NodeExists')) throw error;
    });
  }
}
