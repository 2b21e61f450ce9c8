/** The Node that runs this, which is the one that will run the server, and its limits. */
import { readFileSync } from 'node:fs';
import { type Finding, Findings } from '../finding.ts';

const NODE_MIN = [20, 19] as const;
/** A descriptor for each connection, some for files: what a few thousand clients need. */
const DESCRIPTORS_MIN = 4096;

export function checkRuntime(): Finding[] {
  const findings = new Findings('runtime');
  checkNode(findings, process.versions.node);
  checkDescriptors(findings, readLimits());
  return findings.all;
}

export function checkNode(findings: Findings, version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const wanted = NODE_MIN.join('.');
  if (isEnough) findings.ok(`Node ${version}`);
  else findings.fail(`Node ${version} is too old`, `install Node ${wanted} or later`);
}

/** `limits`: as /proc/self/limits has it; null where there is none. */
export function checkDescriptors(findings: Findings, limits: string | null): void {
  const text = /^Max open files +(\d+|unlimited)/m.exec(limits ?? '')?.[1];
  if (text === undefined) return;
  const count = text === 'unlimited' ? Number.POSITIVE_INFINITY : Number(text);
  if (count >= DESCRIPTORS_MIN) return findings.ok(`open files may be ${text}`);
  findings.warn(
    `only ${text} files may be open, and each connection is one`,
    `raise the limit for whoever starts the server: ulimit -n ${16 * DESCRIPTORS_MIN}, or LimitNOFILE in its unit`,
  );
}

function readLimits(): string | null {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // Not Linux: there is no such file, and Node does not tell the limit.
    return null;
  }
}
