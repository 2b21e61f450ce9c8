/** docs/cli.md says what the shell does: its sessions are run, and every command has its row. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/command-table.ts';
import { runningShell } from './running-shell.ts';

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

test('docs: cli.md → its sessions print what they say', async (t) => {
  const { output, say } = await runningShell(t);
  const blocks = [...page.matchAll(/^```zkcli\n(.*?)^```$/gms)].map(([, text = '']) => text);
  assert.ok(blocks.length >= 2);
  for (const block of blocks) {
    const printed: string[] = [];
    for (const line of block.split('\n').filter((each) => each.startsWith('> '))) {
      const { out } = await say(line.slice(2));
      printed.push(line, ...out, ...output.complained);
    }
    const lines = printed
      .join('\n')
      .split('\n')
      .filter((line) => !/^(\t|ZooKeeper -server )/.test(line));
    assert.equal(`${lines.join('\n')}\n`, block);
  }
});

test('docs: cli.md → every command and every flag has its row', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  for (const command of COMMANDS) {
    const row = rows.find((line) => new RegExp(`\`${command.name}[ \`]`).test(line));
    assert.ok(row !== undefined, command.name);
    const flags = command.kind === 'node' ? (command.flags ?? []) : [];
    for (const { name, long } of flags) {
      const written = long === undefined ? `-${name}` : `--${long}`;
      assert.ok(name === '?' || row.includes(written), `${command.name} ${written}`);
    }
  }
});
