/** The directories: there or to be made, to be read and written by this user, and by nobody else. */
import { accessSync, constants, existsSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Configuration } from '../../configuration.ts';
import { isSystemError } from '../../system-error.ts';
import { type Finding, Findings } from '../finding.ts';

const OTHERS_MAY_WRITE = 0o022;
const OTHERS_MAY_READ = 0o055;

export function checkFiles({ config }: Configuration): Finding[] {
  const findings = new Findings('files');
  const { dataDir, dataLogDir } = config;
  for (const path of new Set([dataDir, dataLogDir])) {
    const isMade = config.storage.datadirAutocreate;
    if (existsSync(path)) checkDirectory(findings, path);
    else if (isMade) checkParent(findings, path);
    else findings.fail(`${path} is missing`, 'make it with zkServer-initialize.sh');
  }
  return findings.all;
}

function checkDirectory(findings: Findings, path: string): void {
  const stats = statSync(path);
  if (!stats.isDirectory()) {
    return findings.fail(`${path} is no directory`, 'move the file away, or name another place');
  }
  if (!mayUse(path)) {
    const advice = `run this as the user who runs the server; if that is you: chown -R ${process.getuid?.() ?? 'USER'} ${path}`;
    return findings.fail(`${path} cannot be written`, advice);
  }
  checkVersionDirectory(findings, `${path}/version-2`);
  warnOfOthers(findings, path, stats);
}

function checkVersionDirectory(findings: Findings, path: string): void {
  if (!existsSync(path)) return findings.ok(`${path} will be made`);
  if (mayUse(path)) return findings.ok(`${path} can be read and written`);
  findings.fail(`${path} cannot be written`, 'give it to the user who runs the server');
}

function warnOfOthers(findings: Findings, path: string, { mode, uid }: Stats): void {
  const own = process.getuid?.();
  if (own === 0 && uid !== 0) {
    findings.warn(
      `${path} belongs to user ${uid}, and this is root`,
      'run the server as that user: files that root makes there are not readable for it later',
    );
  }
  if ((mode & OTHERS_MAY_WRITE) !== 0) {
    findings.warn(`others may write ${path}`, `chmod go-w ${path}`);
  } else if ((mode & OTHERS_MAY_READ) !== 0) {
    findings.warn(`others may read ${path}, whatever the access lists say`, `chmod 700 ${path}`);
  }
}

/** The nearest directory that is there decides whether the others can be made. */
function checkParent(findings: Findings, path: string): void {
  let parent = dirname(path);
  while (!existsSync(parent) && parent !== dirname(parent)) parent = dirname(parent);
  if (mayUse(parent) && statSync(parent).isDirectory()) return findings.ok(`${path} will be made`);
  findings.fail(
    `${path} is missing and cannot be made in ${parent}`,
    'make it, for the server’s user',
  );
}

function mayUse(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return false;
  }
}
