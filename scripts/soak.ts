/**
 * npm run soak: a real server under load that is killed again and again, with snapshots and purges
 * in between, for as long as asked. After each start everything acknowledged must be there; at the
 * end the stop must be clean. A finding keeps the data directory and the server's log.
 *
 *   npm run soak -- --minutes 30
 *   npm run soak -- --seconds 60 --seed 7
 *
 * The seed decides what is written and when the kills come; the machine's timing does the rest, so
 * a seed does not repeat a run exactly.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type KillLoopReport, runKillLoop } from '../test/process/kill-loop.ts';
import { missingServer } from '../test/process/server-process.ts';

const REPORT_MS = 30_000;
/** Rounds of the loop, each on a new directory with other options. */
const ROUND_SECONDS = 300;
const KILLS_MIN = 3;

const ROUNDS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'snapshot.compression.method': 'gz', snapCount: '400' },
  { txnLogSizeLimitInKb: '256', preAllocSize: '64' },
  { 'digest.enabled': 'false', snapCount: '5000' },
];

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
  },
});

function folderBytes(folder: string): { files: number; bytes: number } {
  const names = readdirSync(path.join(folder, 'version-2'));
  const sizes = names.map((name) => statSync(path.join(folder, 'version-2', name)).blocks * 512);
  return { files: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

function describe(report: KillLoopReport, dataDir: string): string {
  const { files, bytes } = folderBytes(dataDir);
  return (
    `${report.kills} kills (${report.earlyKills} while starting), ` +
    `${report.acknowledged} acknowledged writes, none lost; ` +
    `${report.takenUp} of ${report.reconnects} sessions taken up again, ` +
    `${report.snapshots} snapshots, slowest start ${report.startMsMax} ms; ` +
    `${files} files, ${Math.round(bytes / 1024)} KiB`
  );
}

async function runRound(seed: number, round: number, seconds: number): Promise<void> {
  const properties = ROUNDS[round % ROUNDS.length] ?? {};
  const dataDir = mkdtempSync(path.join(tmpdir(), 'zooid-soak-'));
  console.log(`soak: round ${round + 1}, ${seconds} s, ${JSON.stringify(properties)}, ${dataDir}`);
  let reportedMs = performance.now();
  const report = await runKillLoop({
    dataDir,
    seconds,
    killsMin: KILLS_MIN,
    seed: seed + round,
    properties,
    onCycle(soFar) {
      if (performance.now() - reportedMs < REPORT_MS) return;
      reportedMs = performance.now();
      console.log(`soak: ${describe(soFar, dataDir)}`);
    },
  });
  console.log(`soak: ${describe(report, dataDir)}`);
  rmSync(dataDir, { recursive: true });
}

async function main(): Promise<void> {
  const missing = missingServer();
  if (missing !== undefined) throw new Error(missing);
  const total = values.minutes === undefined ? Number(values.seconds) : Number(values.minutes) * 60;
  const seed =
    values.seed === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(values.seed);
  console.log(`soak: seed ${seed}`);
  // A short soak tries each kind of round, too.
  const roundSeconds = Math.min(ROUND_SECONDS, Math.ceil(total / ROUNDS.length));
  for (let round = 0, left = total; left > 0; round++, left -= roundSeconds) {
    await runRound(seed, round, Math.min(left, roundSeconds));
  }
}

main().catch((error: unknown) => {
  console.error('soak: a finding; the data directory is kept.');
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
