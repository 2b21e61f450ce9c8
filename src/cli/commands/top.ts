import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseConnectString } from '../../client/connect-string.ts';
import type { NodeCommand } from '../command.ts';
import { tableText } from '../table.ts';
import { countOf } from '../version-word.ts';

const SECONDS = 2;
const ANSWER_TIMEOUT_MS = 2000;
const CLEAR = '\u001b[H\u001b[J';
const COLUMNS = [
  'Mode',
  'Connections',
  'Outstanding',
  'Received',
  'Sent',
  'Latency min/avg/max',
  'Node count',
  'Zxid',
];
const NARROW = ['mode', 'conns', 'outst', 'received', 'sent', 'latency ms', 'nodes', 'zxid'];

/** The servers of the connect string, by their word `srvr`, again and again until Ctrl-C. */
export const top: NodeCommand = {
  kind: 'node',
  name: 'top',
  form: '[-n rounds] [-i seconds]',
  isOurs: true,
  flags: [
    { name: 'n', hasValue: true, meaning: 'end after so many rounds' },
    { name: 'i', hasValue: true, meaning: `seconds between rounds, ${SECONDS} by default` },
  ],
  needsServer: false,
  async run({ host, given, signal, print }) {
    const rounds = countOf(given.value('n')) ?? (process.stdout.isTTY ? Infinity : 1);
    const seconds = countOf(given.value('i')) ?? SECONDS;
    const { hosts } = parseConnectString(host);
    for (let round = 1; ; round++) {
      const rows = await Promise.all(hosts.map(rowOf));
      const text = await tableText(['server', ...NARROW], rows);
      print(process.stdout.isTTY && rounds > 1 ? CLEAR + text : text);
      if (round >= rounds) return;
      await delay(seconds * 1000, undefined, { signal });
    }
  },
};

interface Host {
  readonly host: string;
  readonly port: number;
}

async function rowOf({ host, port }: Host): Promise<string[]> {
  const answer = await srvr({ host, port });
  const name = `${host}:${port}`;
  if (answer === undefined) return [name, 'no answer', ...COLUMNS.slice(1).map(() => '')];
  const values = new Map(
    answer.split('\n').map((line) => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  return [name, ...COLUMNS.map((column) => values.get(column) ?? '')];
}

/** Undefined when it does not say it. */
function srvr(host: Host): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(host, () => socket.end('srvr'));
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
    socket.on('error', () => {});
    socket.once('close', () => resolve(answer.includes('Mode: ') ? answer : undefined));
  });
}
