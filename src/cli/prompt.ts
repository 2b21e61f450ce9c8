/** The prompt: `[zk: host:port(CONNECTED) 3] `, with the state in a colour. */
import { coloured } from './output.ts';
import type { Shell } from './shell.ts';

const GREEN = 32;
const YELLOW = 33;
const RED = 31;

export function promptOf(shell: Shell): string {
  const { state } = shell;
  const colour = state === 'CONNECTED' ? GREEN : state.startsWith('CONNECT') ? YELLOW : RED;
  const shown = coloured(state, process.stdout, colour);
  return `[zk: ${shell.host}(${shown}) ${shell.lineNumber}] `;
}
