/** An output that keeps what is printed. */
import type { Output } from '../../src/cli/output.ts';

export interface RecordingOutput extends Output {
  /** stdout and stderr, what was printed in one go as one entry. */
  readonly printed: string[];
  readonly complained: string[];
}

export function recordingOutput(): RecordingOutput {
  const [printed, complained]: [string[], string[]] = [[], []];
  const print = (text: string) => void printed.push(text);
  const complain = (text: string) => void complained.push(text);
  return { printed, complained, print, announce: print, complain, fail: complain };
}
