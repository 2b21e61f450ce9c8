/** Words that are no command of the shell, or not in a form that the command takes. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
  /** How the command is written; printed below the message. */
  readonly usage: string | undefined;

  constructor(message: string, usage?: string) {
    super(message);
    this.usage = usage;
  }
}
