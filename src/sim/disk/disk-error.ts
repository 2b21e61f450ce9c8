/** An Error of the system, as recovery knows them: with a code. */
export class DiskError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
