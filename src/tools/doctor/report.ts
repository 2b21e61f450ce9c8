/** What `zooid doctor` prints: a line for each finding, or JSON for programs. */
import { type Finding, type Verdict, verdictOf } from './finding.ts';

export function reportText(findings: readonly Finding[]): string {
  const lines = findings.map(({ area, verdict, what, advice }) => {
    const line = `${verdict.padEnd(5)} ${area.padEnd(8)} ${what}.`;
    return advice === undefined ? line : `${line}\n${' '.repeat(15)}→ ${advice}.`;
  });
  return `${lines.join('\n')}\n\n${describeCounts(findings)}\n`;
}

function describeCounts(findings: readonly Finding[]): string {
  const count = (verdict: Verdict) => findings.filter((each) => each.verdict === verdict).length;
  const [failures, warnings] = [count('fail'), count('warn')];
  if (failures + warnings === 0) return `All ${findings.length} checks are well.`;
  return `${failures} to repair, ${warnings} to look at, ${count('ok')} well.`;
}

export function reportJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ verdict: verdictOf(findings), findings }, null, 2)}\n`;
}
