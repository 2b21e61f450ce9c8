/** Where a shell prints: stdout and stderr, line by line. */
export interface Output {
  /** A result. */
  print(text: string): void;
  /** What happened meanwhile; to stdout, as in Java. */
  announce(text: string): void;
  /** A remark, to stderr. */
  complain(text: string): void;
  /** An error, to stderr. */
  fail(text: string): void;
}

const RED = 31;
const CYAN = 36;

/** In that colour, where the stream is a terminal that has colours; NO_COLOR is honoured. */
export function coloured(text: string, stream: NodeJS.WriteStream, colour: number): string {
  const isColourful = stream.isTTY && stream.hasColors();
  return isColourful ? `\u001b[${colour}m${text}\u001b[39m` : text;
}

/** `around` does what has to be done before and after something is written. */
export function processOutput(around: (write: () => void) => void = (write) => write()): Output {
  const { stdout, stderr } = process;
  const to = (stream: NodeJS.WriteStream, colour?: number) => (text: string) => {
    const shown = colour === undefined ? text : coloured(text, stream, colour);
    around(() => stream.write(`${shown}\n`));
  };
  return {
    print: to(stdout),
    announce: to(stdout, CYAN),
    complain: to(stderr),
    fail: to(stderr, RED),
  };
}

/** What is printed after that is not shown: the command has been given up. */
export function mutedBy(signal: AbortSignal, output: Output): Output {
  const unless = (print: (text: string) => void) => (text: string) => {
    if (!signal.aborted) print(text);
  };
  return {
    print: unless(output.print),
    announce: unless(output.announce),
    complain: unless(output.complain),
    fail: unless(output.fail),
  };
}
