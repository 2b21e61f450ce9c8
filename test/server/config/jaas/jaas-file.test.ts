import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../../../src/server/config/config-error.ts';
import { parseJaas } from '../../../../src/server/config/jaas/jaas-file.ts';
import { readServerConfig } from '../../../../src/server/config/read-server-config.ts';

const read = (text: string, properties: Readonly<Record<string, string>> = {}) =>
  parseJaas({ source: 'jaas.conf', text, propertyOf: (name) => properties[name] });
const optionsOf = (options: string, properties?: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    read(`S { x.M required ${options}; };`, properties).sections.get('S')?.[0]?.options ?? [],
  );
const refused = (text: string, message: RegExp) =>
  assert.throws(
    () => read(text),
    (error) => error instanceof ConfigError && message.test(error.message),
    text,
  );

test('jaas: sections, modules, options and comments → as Java reads them', () => {
  const file = read(`
/* one
   two */ Server { // the users
    org.example.First required user_a="1" user_b="2" user_a="3";
    org.example.Second OPTIONAL;
};
"Quoted" { x.Y sufficient debug=true; }; / to the end of the line
Empty { };
`);
  const found = [...file.sections].map(([name, modules]) => [
    name,
    modules.map(({ className, options, line }) => [className, Object.fromEntries(options), line]),
  ]);
  assert.deepEqual(found, [
    [
      'Server',
      [
        ['org.example.First', { user_a: '3', user_b: '2' }, 4],
        ['org.example.Second', {}, 5],
      ],
    ],
    ['Quoted', [['x.Y', { debug: 'true' }, 7]]],
    ['Empty', []],
  ]);
});

test('jaas: escapes, other letters and properties in a value → what they mean', () => {
  assert.deepEqual(optionsOf(String.raw`a="q\"\\\n\101\8" user_zoë="é€" c=plain-$_*1.2`), {
    ...{ a: 'q"\\\nA8', user_zoë: 'é€', c: 'plain-$_*1.2' },
  });
  assert.deepEqual(optionsOf(`a="\${x}-\${/}-\${x}" b="$x \${"`, { x: 'y' }), {
    ...{ a: 'y-/-y', b: `$x \${` },
  });
});

test('jaas: what Java refuses → one line with file and line, and no password in it', () => {
  refused('S { x.M required a="1" };', /^jaas\.conf:1: expected the name of an option, or a sem/);
  refused('S {\n x.M a="1";\n};', /^jaas\.conf:2: expected one of required, .* behind x\.M\.$/);
  refused('S {\n x.M required\n a=secret1 word;\n};', /^jaas\.conf:3: expected "=", not ";"/);
  refused('S {\n x.M required\n a=5;\n};', /^jaas\.conf:3: .* value of a; a number must be in qu/);
  refused("S { x.M required a='x'; };", /expected the value of a, not "'"/);
  refused('S { x.M required a="x\n"; };', /^jaas\.conf:1: the text in quotes has no end/);
  refused('S { /* x', /the comment has no end/);
  refused('S { x.M required; }', /expected ";", but the file ends/);
  refused('S { }; S { };', /there are two sections S/);
  refused(`S { x.M required a="\${no}"; };`, /\$\{no\} is set by no -D flag/);
  for (const text of [
    'S { x.M required a "hunter2"; };',
    'S { x.M required a=b hunter2 c; };',
    'S { x.M "hunter2" a=b; };',
  ]) {
    assert.throws(
      () => read(text),
      (error) => error instanceof Error && !error.message.includes('hunter2'),
      text,
    );
  }
});

test('jaas: named by a -D flag → in the configuration; a file that is not there → refused', () => {
  const configOf = (flag: string) =>
    readServerConfig({
      args: ['zoo.cfg'],
      env: { SERVER_JVMFLAGS: `-Djava.security.auth.login.config=${flag}` },
      readFile(path) {
        if (path === 'zoo.cfg') return Buffer.from('dataDir=/tmp/d\nclientPort=2181\n');
        if (path === '/etc/jaas.conf') return Buffer.from('Server { x.M required; };');
        throw Object.assign(new Error(path), { code: 'ENOENT' });
      },
    }).config;
  for (const flag of ['/etc/jaas.conf', '=/etc/jaas.conf', 'file:/etc/jaas.conf']) {
    assert.ok(configOf(flag).jaas?.sections.has('Server'), flag);
  }
  assert.throws(
    () => configOf('/none'),
    /^ConfigError: \/none, which java\.security\.auth\.login\.config names: cannot be read \(ENOENT/,
  );
});
