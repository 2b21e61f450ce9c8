/** What is wrong with a path, in the words of Java's PathUtils. */
import { pathProblem } from '../base/path-rules.ts';
import { CommandLineError } from './command-line-error.ts';

/** Throws CommandLineError. `isPrefix`: a sequence number follows. */
export function checkPath(path: string, { isPrefix = false } = {}): void {
  const problem = pathProblem(isPrefix ? `${path}1` : path);
  if (problem === null) return;
  const isWhole = problem.startsWith('Path');
  throw new CommandLineError(
    isWhole ? problem : `Invalid path string "${path}" caused by ${problem}`,
  );
}
