/** What the system objects to, as a sentence: what, where, and what to do about it. */

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

const SENTENCES: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `There is no ${path}: check the path.`,
  EACCES: (path) => `${path}: permission denied; run this as the user who owns it.`,
  EPERM: (path) => `${path}: not permitted; run this as the user who owns it.`,
  ENOSPC: (path) => `${path}: the disk is full; make room there and run this again.`,
  EDQUOT: (path) => `${path}: the disk quota is used up; make room there and run this again.`,
  EFBIG: (path) => `${path}: larger than a file may be here; raise the limit (ulimit -f).`,
  EROFS: (path) => `${path}: the file system is read-only; name a place that may be written.`,
  EISDIR: (path) => `${path} is a directory: name a file.`,
  ENOTDIR: (path) => `${path}: a file is where a directory should be; name a directory.`,
  EEXIST: (path) => `${path} exists already: move it away, or name another place.`,
  EMFILE: (path) => `${path}: too many open files; raise the limit (ulimit -n).`,
  EIO: (path) => `${path}: the disk does not answer for it (EIO); check the disk.`,
};

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

export function describeSystemError(error: SystemError): string {
  const path = error.path ?? 'standard output';
  const sentence = SENTENCES[error.code]?.(path);
  return sentence ?? `${path}: ${error.message}.`;
}

/** Does something with an open file, whose name an error would not tell. */
export function withPath<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (isSystemError(error) && error.path === undefined) Object.assign(error, { path });
    throw error;
  }
}
