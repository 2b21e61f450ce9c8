/**
 * The target `config`: the text of a zoo.cfg and of SERVER_JVMFLAGS. Whatever they say, the result is
 * a configuration or a ConfigError that can be shown to an operator.
 */
import assert from 'node:assert/strict';
import type { Prng } from '../../src/base/prng.ts';
import { ConfigError } from '../../src/server/config/config-error.ts';
import { knownConfigKeys } from '../../src/server/config/config-table.ts';
import { readServerConfig } from '../../src/server/config/read-server-config.ts';
import { type FuzzTarget, fromHex, toHex } from './fuzz-target.ts';
import { mutateBytes, randomBytes } from './mutation.ts';

interface ConfigInput {
  readonly file: Uint8Array;
  readonly flags: string;
}

const VALUES: readonly string[] = [
  '',
  '0',
  '-1',
  '1',
  '2181',
  '65536',
  '2147483647',
  '2147483648',
  '9223372036854775808',
  '1e3',
  '0x10',
  ' 5 ',
  'yes',
  'no',
  'true',
  'TRUE',
  '/tmp/x',
  '127.0.0.1',
  '::1',
  'host:2888:3888',
  'host:2888:3888:participant;0.0.0.0:2181',
  '1:2:3',
  'gz',
  'a,b,c',
  '*',
  '\\u00e9\\u20ac',
  '\\uzzzz',
  '\\',
  'org.apache.zookeeper.server.auth.X',
];
const ODD_KEYS: readonly string[] = [
  'server.1',
  'server.x',
  'server.1.2',
  'group.1',
  'weight.1',
  'authProvider.1',
  '__proto__',
  'constructor',
  'toString',
  '',
  'zookeeper.snapCount',
  'dynamicConfigFile',
];
const SEPARATORS: readonly string[] = ['=', ' = ', ':', ' ', '\t', '', '=='];
const LINES_MAX = 12;
const FLAG_WORDS_MAX = 5;

function generateFile(prng: Prng, keys: readonly string[]): Buffer {
  const lines = ['dataDir=/data', 'clientPort=2181'].filter(() => prng.chance(0.8));
  for (let left = prng.below(LINES_MAX); left > 0; left--) {
    const key = prng.pick(prng.chance(0.8) ? keys : ODD_KEYS);
    lines.push(`${key}${prng.pick(prng.chance(0.8) ? ['='] : SEPARATORS)}${prng.pick(VALUES)}`);
  }
  const text = Buffer.from(`${lines.join(prng.chance(0.9) ? '\n' : '\r\n')}\n`);
  if (prng.chance(0.05)) return randomBytes(prng, prng.below(400));
  return prng.chance(0.4) ? mutateBytes(text, prng) : text;
}

function generateFlags(prng: Prng, keys: readonly string[]): string {
  const words: string[] = [];
  for (let left = prng.below(FLAG_WORDS_MAX); left > 0; left--) {
    const key = prng.pick(prng.chance(0.8) ? keys : ODD_KEYS);
    const name = prng.chance(0.8) ? `zookeeper.${key}` : key;
    words.push(
      prng.chance(0.9)
        ? `-D${name}=${prng.pick(VALUES)}`
        : prng.pick(['-D', '-Xmx1g', '"', '-D=', name]),
    );
  }
  const text = Buffer.from(words.join(' '));
  return (prng.chance(0.2) ? mutateBytes(text, prng) : text).toString('latin1');
}

export const configTarget: FuzzTarget<ConfigInput> = {
  name: 'config',
  generate(prng) {
    const keys = knownConfigKeys();
    return { file: generateFile(prng, keys), flags: generateFlags(prng, keys) };
  },
  check({ file, flags }) {
    try {
      const { config, warnings } = readServerConfig({
        args: ['zoo.cfg'],
        env: { SERVER_JVMFLAGS: flags },
        readFile(path) {
          if (path === 'zoo.cfg') return file;
          throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
        },
      });
      assert.ok(Object.isFrozen(config));
      for (const warning of warnings) assert.ok(warning.endsWith('.'), warning);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      assert.ok(error.message.length > 10, `says too little: ${error.message}`);
    }
  },
  encode: ({ file, flags }) => `${toHex(file)}\n${toHex(Buffer.from(flags))}\n`,
  decode(text) {
    const [file = '', flags = ''] = text.split('\n');
    return { file: fromHex(file), flags: Buffer.from(flags, 'hex').toString() };
  },
  *smaller({ file, flags }) {
    const lines = Buffer.from(file).toString('latin1').split('\n');
    for (let at = 0; at < lines.length; at++) {
      const fewer = lines.filter((_, index) => index !== at).join('\n');
      yield { file: Buffer.from(fewer, 'latin1'), flags };
    }
    const words = flags.split(' ');
    for (let at = 0; at < words.length && flags !== ''; at++) {
      yield { file, flags: words.filter((_, index) => index !== at).join(' ') };
    }
  },
};
