// What four-letter words answer, as comparable text: a server with two sessions, a few nodes,
// watches and ephemerals is asked every word. Times, latencies, ports and the place of the data
// are masked, session ids become the names of the clients; every other character counts.

import { connect } from 'node:net';
import { authBody, createBody, pathIntBody, pathWatchBody, setDataBody } from './raw-body.ts';
import { Op, RawClient } from './raw-client.ts';

const ANSWER_TIMEOUT_MS = 10_000;

/** In the order of asking: words that set figures back come first, so that all begin at 0. */
export const plainWords: readonly string[] = [
  ...['srst', 'crst', 'ruok', 'isro', 'srvr', 'stat', 'mntr', 'conf', 'cons', 'dump'],
  ...['envi', 'wchs', 'wchc', 'wchp', 'dirs', 'hash', 'gtmk'],
];

/**
 * All that comes after these bytes until the server ends the connection. Every further chunk waits
 * for the answer to a word on another connection: by then the server has seen the one before.
 */
export const askBytes = (port: number, ...chunks: readonly (string | Buffer)[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => reject(new Error(`No end after ${chunks[0]}.`)));
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    // A reset is an end, too: the server closes with bytes left to read.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(Buffer.concat(received).toString('utf8')));
    const send = async (): Promise<void> => {
      for (const [index, chunk] of chunks.entries()) {
        if (index > 0) await askBytes(port, 'srvr');
        socket.write(chunk);
      }
    };
    socket.on('connect', () => void send().catch(reject));
  });

/** The clients of a session with words; their ids and ports are masked by their names. */
export class WordStage {
  readonly a: RawClient;
  readonly b: RawClient;

  private constructor(a: RawClient, b: RawClient) {
    this.a = a;
    this.b = b;
  }

  static async open(port: number): Promise<WordStage> {
    const a = await RawClient.connect(port, { timeOut: 10_000 });
    const b = await RawClient.connect(port, { timeOut: 30_000 });
    await a.must(Op.auth, authBody('digest', 'user:pw'));
    for (const [path, flags] of [
      ['/w', 0],
      ['/w/kid', 0],
      ['/w/seq-', 2],
    ] as const) {
      await a.must(Op.create, createBody(path, { flags }));
    }
    await a.must(Op.create, createBody('/w/e1', { flags: 1 }));
    await a.must(Op.create, createBody('/w/e2', { flags: 3 }));
    await b.must(Op.create, createBody('/w/e3', { flags: 1 }));
    await a.must(Op.getData, pathWatchBody('/w', true));
    await a.must(Op.getData, pathWatchBody('/w/kid', true));
    await b.must(Op.getData, pathWatchBody('/w', true));
    await b.must(Op.getChildren, pathWatchBody('/w', true));
    await b.request(Op.exists, pathWatchBody('/later', true));
    await b.must(Op.addWatch, pathIntBody('/w/kid', 0));
    await a.must(Op.addWatch, pathIntBody('/deep', 1));
    await a.must(Op.setData, setDataBody('/w/e1', 'seen by nobody'));
    return new WordStage(a, b);
  }

  /** `crst` and `srst` have been asked: some requests whose figures are then shown. */
  async useAgain(): Promise<void> {
    await this.a.must(Op.getData, pathWatchBody('/w'));
    await this.a.must(Op.getChildren2, pathWatchBody('/w'));
    await this.a.must(Op.setData, setDataBody('/w/seq-0000000001', 'x'));
    await this.b.request(Op.ping, undefined, -2);
    await this.b.request(Op.getData, pathWatchBody('/none'));
  }

  async close(): Promise<void> {
    await this.a.close();
    await this.b.close();
  }

  mask(word: string, text: string): string[] {
    const hex = (client: RawClient): string => client.sessionId.toString(16);
    const masked = text
      .replaceAll(hex(this.a), 'A')
      .replaceAll(hex(this.b), 'B')
      .replace(/\/127\.0\.0\.1:\d+/g, '/127.0.0.1:PORT')
      .replace(/[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d \S+ 20\d\d/g, 'TIME')
      .replace(/\b(est|lresp)=\d{13}/g, '$1=TIME')
      .replace(/\b(lresp)=\d+/g, '$1=CLOCK')
      .replace(/\b(llat|minlat|avglat|maxlat)=\d+/g, '$1=N')
      .replace(/^(Latency min\/avg\/max): \d+\/\d+\.\d+(E-\d+)?\/\d+$/gm, '$1: N')
      .replace(/^(Zookeeper version): \S+, built on .+$/gm, '$1: V')
      .replace(/^(clientPort)=\d+$/gm, '$1=PORT')
      .replace(/^(data(?:Log)?Dir)=\/.*\/version-2$/gm, '$1=DIR/version-2')
      // The preallocated log; snapshots and a small file of our own come on top.
      .replace(/^(data(?:Log)?(?:Dir)?Size=|(?:data|log)dir_size: )671\d{5}$/gm, '$1SIZE');
    const lines = masked.split('\n');
    return orderless[word]?.(lines) ?? lines;
  }
}

/** Where Java's order is that of a hash table: each run of lines of one kind is sorted. */
const sortedRuns = (lines: readonly string[], kindOf: (line: string) => string): string[] => {
  const runs: string[][] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && kindOf(last[0]) === kindOf(line)) last.push(line);
    else runs.push([line]);
  }
  return runs.flatMap((run) => run.sort());
};

/** Headings with tab-indented lines below. */
const sortedGroups = (lines: readonly string[]): string[] => {
  const groups: string[][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (line.startsWith('\t') && last !== undefined) last.push(line);
    else groups.push([line]);
  }
  const texts = groups.map(([head = '', ...rest]) => [head, ...rest.sort()].join('\n'));
  return sortedRuns(texts, (text) => (/^(0x|\/)/.test(text) ? 'group' : text)).flatMap((text) =>
    text.split('\n'),
  );
};

/** Whether two connections share a bucket of `dump` depends on the moment: one list is made. */
const withoutBuckets = (lines: readonly string[]): string[] =>
  sortedGroups(
    lines
      .filter((line) => !/^\d+ expire at TIME:$/.test(line))
      .map((line) => line.replace(/^(\w+) Sets \(\d+\)/, '$1 Sets (N)')),
  );

const orderless: Record<string, (lines: readonly string[]) => string[]> = {
  cons: (lines) => sortedRuns(lines, (line) => line.slice(0, 2)),
  stat: (lines) => sortedRuns(lines, (line) => line.slice(0, 2)),
  wchc: sortedGroups,
  wchp: sortedGroups,
  dump: withoutBuckets,
};

/** Every word of `plainWords` with its masked answer. */
export const askAllWords = async (port: number): Promise<Map<string, string[]>> => {
  const stage = await WordStage.open(port);
  const answers = new Map<string, string[]>();
  for (const word of plainWords) {
    answers.set(word, stage.mask(word, await askBytes(port, word)));
    if (word === 'crst') await stage.useAgain();
  }
  await stage.close();
  return answers;
};
