/** docs/configuration.md as it follows from configTable. */
import { type ConfigTableRow, configTable } from '../src/server/config/config-table.ts';

export const CONFIGURATION_PAGE = 'docs/configuration.md';

const INTRODUCTION = `# Configuration

<!-- Written by scripts/write-docs.ts from src/server/config/config-table.ts. Do not edit. -->

Zooid reads ZooKeeper's \`zoo.cfg\` (Java properties: \`#\` comments, \`=\`, \`:\` or blank between key and value,
backslash escapes, ISO-8859-1). The last of several equal keys counts. There are three places for a key, ZooKeeper's own:

| place | how it is set |
|---|---|
| file | in \`zoo.cfg\` only |
| property | in \`zoo.cfg\` as written here, or as \`-Dzookeeper.<key>=…\` in \`SERVER_JVMFLAGS\` or \`JVMFLAGS\`; the file wins |
| -D only | as \`-D<key>=…\` in \`SERVER_JVMFLAGS\` or \`JVMFLAGS\`; has no effect in \`zoo.cfg\` |

A key that is not listed becomes the property \`zookeeper.<key>\`, with a warning that names the nearest known key. A value that is not
allowed stops the start with exit code 2 and one line: file, line, key, value and what is allowed. (ZooKeeper falls back to the default
for some of them; a limit that is not the one written down is found too late.)

Without a file: \`zooid-server <port> <dataDir> [tickTime] [maxClientCnxns]\`, or \`zooid-server --local\` for this machine only.

The log goes to standard error: \`--log-level=\` or \`ZOOID_LOG_LEVEL\` (trace, debug, info, warn, error), \`--log-format=\` or
\`ZOOID_LOG_FORMAT\` (text, json). Node's own flags are in \`bin/server-flags.txt\`.
`;

const SECTIONS: readonly (readonly [name: string, title: string])[] = [
  ['basic', 'Directories, client port, time'],
  ['storage', 'Log, snapshots, database'],
  ['requests', 'Tree and requests'],
  ['load', 'Connections and throttles'],
  ['access', 'Authentication and access control'],
  ['audit', 'Audit log'],
  ['quorum', 'Ensembles'],
  ['clientTls', 'TLS of clients'],
  ['quorumTls', 'TLS between servers'],
  ['admin', 'AdminServer'],
  ['metrics', 'Metrics'],
  ['later', 'Not supported yet'],
  ['accepted', 'Accepted without effect'],
];

export function configurationPage(): string {
  const parts = SECTIONS.map(([name, title]) => {
    const rows = configTable.filter(({ section }) => section === name);
    return `\n## ${title}\n\n${table(rows)}`;
  });
  return INTRODUCTION + parts.join('');
}

const PLACES = { file: 'file', property: 'property', system: '-D only' } as const;
const SUPPORT = { supported: 'yes', accepted: 'no effect', later: 'later' } as const;

function table(rows: readonly ConfigTableRow[]): string {
  const lines = rows.map(({ key, place, support, defaultText, unit, allowed, meaning }) => {
    const name = key.endsWith('.') ? `${key}*` : key;
    const cells = [
      `\`${name}\``,
      PLACES[place],
      defaultText === '' ? 'empty' : defaultText,
      unit,
      allowed,
      SUPPORT[support],
      meaning,
    ];
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  });
  const head = '| key | place | default | unit | allowed | supported | meaning |';
  return `${head}\n|---|---|---|---|---|---|---|\n${lines.join('\n')}\n`;
}
