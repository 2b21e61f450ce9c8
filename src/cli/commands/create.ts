import { type CreateModeName, type ErrorCodeName, isZooKeeperError } from '../../client/index.ts';
import { parseAcl } from '../acl-text.ts';
import type { Call, NodeCommand } from '../command.ts';
import { CommandLineError } from '../command-line-error.ts';
import { keeperErrorText } from '../error-text.ts';
import { checkPath } from '../path-check.ts';

/** What the extended types have room for (EphemeralType.TTL). */
const TTL_MS_MAX = 2 ** 40 - 1;

export const create: NodeCommand = {
  kind: 'node',
  name: 'create',
  form: '[-s] [-e] [-c] [-t ttl] path [data] [acl]',
  flags: [
    { name: 'e', meaning: 'ephemeral' },
    { name: 's', meaning: 'sequential' },
    { name: 'c', meaning: 'container' },
    { name: 't', hasValue: true, meaning: 'ttl' },
  ],
  wordsMin: 1,
  async run(call) {
    const { mode, ttlMs } = modeOf(call);
    const [path = '', data = null, aclText] = call.words;
    const acl = aclText === undefined ? undefined : parseAcl(aclText, call);
    checkPath(path, { isPrefix: mode.includes('equential') });
    if (acl?.length === 0) {
      call.complain(keeperErrorText('InvalidAcl'));
      throw new CommandLineError('Acl is not valid : null');
    }
    try {
      call.complain(`Created ${await call.zk.create(path, data, { mode, acl, ttlMs })}`);
    } catch (error) {
      const what = isZooKeeperError(error) ? REASONS[error.code]?.(path) : undefined;
      if (what !== undefined) call.complain(what);
      throw error;
    }
  },
};

/** Compat: said in front of the error. */
const REASONS: Partial<Record<ErrorCodeName, (path: string) => string>> = {
  InvalidAcl: (path) => keeperErrorText('InvalidAcl', path),
  EphemeralOnLocalSession: () => 'Unable to create ephemeral node on a local session',
};

function modeOf({ given }: Call): { mode: CreateModeName; ttlMs: number | undefined } {
  const [isEphemeral, isSequential] = [given.has('e'), given.has('s')];
  if (given.has('c') && (isEphemeral || isSequential)) {
    const reason = 'Containers cannot be ephemeral or sequential.';
    throw new CommandLineError(`-c cannot be combined with -s or -e. ${reason}`);
  }
  const ttlMs = given.has('t') ? ttlOf(given.value('t') ?? '') : undefined;
  if (ttlMs !== undefined) {
    if (isEphemeral) throw new CommandLineError('TTLs cannot be used with Ephemeral znodes');
    if (given.has('c')) throw new CommandLineError('TTLs cannot be used with Container znodes');
    checkTtl(ttlMs);
    return { mode: isSequential ? 'persistentSequentialWithTtl' : 'persistentWithTtl', ttlMs };
  }
  if (given.has('c')) return { mode: 'container', ttlMs };
  if (isEphemeral) return { mode: isSequential ? 'ephemeralSequential' : 'ephemeral', ttlMs };
  return { mode: isSequential ? 'persistentSequential' : 'persistent', ttlMs };
}

function ttlOf(text: string): number {
  if (/^[+-]?\d{1,18}$/.test(text)) return Number(text);
  throw new CommandLineError('-t argument must be a long value');
}

function checkTtl(ttlMs: number): void {
  if (ttlMs >= 1 && ttlMs <= TTL_MS_MAX) return;
  throw new CommandLineError(`ttl must be positive and cannot be larger than: ${TTL_MS_MAX}`);
}
