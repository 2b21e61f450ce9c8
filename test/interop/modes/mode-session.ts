// What a member of an ensemble does in a mode that is off by default, written down line by line, so
// that two kinds of server can be compared. Ids, times and ports are left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindsAvailability, type MemberKind } from '../ensemble/member-kinds.ts';
import { TestEnsemble } from '../ensemble/test-ensemble.ts';
import type { RawConnectOptions, RawReply } from '../raw-client.ts';
import {
  cat,
  connectBody,
  int,
  openAcl,
  parseReply,
  RawClient,
  RawConnection,
  str,
  vec,
} from '../raw-client.ts';
import { askFourLetterWord } from '../running-server.ts';
import { clientTestProperties } from '../side-by-side.ts';

/** How long a connection is watched of which nothing more is expected. */
const QUIET_MS = 300;

export interface ModeStory {
  readonly title: string;
  /** Why it cannot be told here. */
  readonly skip?: string;
  readonly config?: Record<string, string>;
  readonly systemProperties?: Record<string, string>;
  /** It is told of leader and follower, which may be of different kinds. */
  readonly isMixable?: boolean;
  readonly tell: (ensemble: TestEnsemble, write: (line: string) => void) => Promise<void>;
}

/** The second leads. The first pair is the judge. */
type Pair = readonly [MemberKind, MemberKind];
const JAVA: Pair = ['java-3.9', 'java-3.9'];
const ZOOID: Pair = ['zooid', 'zooid'];
const MIXED: readonly Pair[] = [
  ['java-3.9', 'zooid'],
  ['zooid', 'java-3.9'],
];

const transcriptOf = async (kinds: Pair, story: ModeStory): Promise<string[]> => {
  const systemProperties = { ...clientTestProperties, ...story.systemProperties };
  const ensemble = await TestEnsemble.create({
    kinds,
    config: { '4lw.commands.whitelist': '*', ...story.config },
    program: { systemProperties },
  });
  const lines: string[] = [];
  try {
    await ensemble.start();
    await story.tell(ensemble, (line) => lines.push(line));
    return lines;
  } catch (error) {
    throw new Error(`${kinds}, after ${JSON.stringify(lines)}`, { cause: error });
  } finally {
    await ensemble.end();
  }
};

/** The same story of Java servers, of Zooid servers and of one of each must be the same text. */
export const compareStory = (story: ModeStory): void => {
  test(`mode: ${story.title} → as Java`, async (t) => {
    if (story.skip !== undefined) return t.skip(story.skip);
    const missing = await kindsAvailability([...JAVA, ...ZOOID]);
    if (!missing.available) return t.skip(missing.reason);
    const [java, zooid] = await Promise.all([JAVA, ZOOID].map((pair) => transcriptOf(pair, story)));
    t.diagnostic(java?.join('\n') ?? '');
    assert.deepEqual(zooid, java);
    for (const pair of story.isMixable ? MIXED : []) {
      assert.deepEqual(await transcriptOf(pair, story), java, pair.join());
    }
  });
};

export const createBody = (path: string, flags = 0): Buffer =>
  cat(str(path), str('data'), vec([openAcl]), int(flags));

export const pathBody = (path: string, watch = false): Buffer =>
  cat(str(path), Buffer.of(watch ? 1 : 0));

export const describeReply = (reply: RawReply | undefined): string =>
  reply === undefined
    ? 'closed'
    : `xid ${reply.xid} zxid ${reply.zxid.toString(16)} err ${reply.err} body ${reply.body.length}`;

const describeConnectResponse = (frame: Buffer): string => {
  const timeOut = frame.readInt32BE(4);
  const session = frame.readBigInt64BE(8) === 0n ? 'no session' : 'a session';
  return `${frame.length} bytes: ${session}, ${timeOut} ms, read-only ${frame[36] ?? 'absent'}`;
};

/** What comes back for a ConnectRequest, and the client when it has a session now. */
export const tryConnect = async (
  port: number,
  options: RawConnectOptions,
): Promise<[answer: string, client: RawClient | null]> => {
  const connection = await RawConnection.open(port);
  connection.sendFrame(connectBody(options));
  const frame = await connection.nextFrame();
  connection.destroy();
  if (frame === undefined) return ['closed', null];
  if (frame.length < 36) return [describeReply(parseReply(frame)), null];
  const answer = describeConnectResponse(frame);
  const sessionId = frame.readBigInt64BE(8);
  if (sessionId === 0n) return [answer, null];
  const passwd = frame.subarray(20, 36);
  return [answer, await RawClient.connect(port, { ...options, sessionId, passwd })];
};

/** The lines of an answer that a mode decides. */
export const wordLines = async (port: number, word: string, wanted: RegExp): Promise<string[]> => {
  const answer = await askFourLetterWord(port, word, 5000);
  return answer.split('\n').filter((line) => wanted.test(line));
};

/** Until the server serves in this way: `rw` or `ro`. */
export const untilIsro = async (
  ensemble: TestEnsemble,
  port: number,
  wanted: string,
): Promise<void> => {
  await ensemble.until(wanted, async () => {
    const answer = await askFourLetterWord(port, 'isro', 500).catch(() => '');
    return answer === wanted ? true : undefined;
  });
};

/** True when the server ends the connection, false when it stays quiet. */
export const isEnded = async (client: RawClient, timeoutMs = QUIET_MS): Promise<boolean> => {
  try {
    return (await client.connection.nextFrame(timeoutMs)) === undefined;
  } catch {
    return false;
  }
};
