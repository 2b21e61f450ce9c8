/**
 * The flags among a command's words, by the rules and with the messages of commons-cli's
 * DefaultParser, which Java's zkCli uses: flags stand anywhere, letters may share one dash, a value
 * may stick to its flag, and everything behind `--` is an argument.
 */
import { CommandLineError } from './command-line-error.ts';

export interface Flag {
  /** What follows one dash; more than one letter for those of `reconfig`. */
  readonly name: string;
  /** What follows two dashes. Only for commands that Java does not have. */
  readonly long?: string;
  readonly hasValue?: boolean;
  /** For the usage. */
  readonly meaning?: string;
}

export interface FlagRules {
  readonly flags: readonly Flag[];
  /** At most one of the flags may be given; `required`: and one must be. */
  readonly oneOf?: 'optional' | 'required' | undefined;
  /** Of a command that Java does not have: nobody expects Java's names of exceptions. */
  readonly isOurs?: boolean | undefined;
}

export interface GivenWords {
  /** Without the command's name. */
  readonly words: readonly string[];
  has(name: string): boolean;
  value(name: string): string | undefined;
}

const PACKAGE = 'org.apache.commons.cli.';

class Reader implements GivenWords {
  readonly words: string[] = [];
  readonly #values = new Map<string, string | undefined>();
  readonly #rules: FlagRules;
  /** The flag whose value comes next. */
  #open: Flag | undefined;

  constructor(rules: FlagRules) {
    this.#rules = rules;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  value(name: string): string | undefined {
    return this.#values.get(name);
  }

  read(words: readonly string[]): void {
    for (const [at, word] of words.entries()) {
      if (word === '--') {
        this.words.push(...words.slice(at + 1));
        break;
      }
      this.#take(word);
    }
    this.#checkOpen();
    if (this.#rules.oneOf === 'required' && this.#values.size === 0) {
      const names = this.#rules.flags.map(({ name, meaning }) => `-${name} ${meaning}`).join(', ');
      throw this.#error('MissingOptionException', `Missing required option: [${names}]`);
    }
  }

  #take(word: string): void {
    if (this.#open !== undefined && !this.#looksLikeFlag(word)) {
      this.#give(this.#open, word.replace(/^"(.*)"$/s, '$1'));
      this.#open = undefined;
    } else if (word.startsWith('--')) this.#takeLong(word);
    else if (word.startsWith('-') && word !== '-') this.#takeShort(word);
    else this.words.push(word);
  }

  #takeLong(word: string): void {
    const flag = this.#rules.flags.find(({ long }) => long !== undefined && `--${long}` === word);
    if (flag === undefined) throw this.#unknown(word);
    this.#begin(flag);
  }

  #takeShort(word: string): void {
    const whole = this.#flag(word.slice(1));
    if (whole !== undefined) return this.#begin(whole);
    const equals = /^-([^=])=(.*)$/s.exec(word);
    if (equals !== null) {
      const flag = this.#flag(equals[1]);
      if (flag?.hasValue !== true) throw this.#unknown(word);
      return this.#beginWith(flag, equals[2] ?? '');
    }
    this.#takeLetters(word);
  }

  /** Flags of one letter behind one dash; what follows one that has a value is its value. */
  #takeLetters(word: string): void {
    for (let at = 1; at < word.length; at++) {
      const flag = this.#flag(word[at]);
      if (flag === undefined) throw this.#unknown(word);
      if (flag.hasValue === true && at + 1 < word.length) {
        return this.#beginWith(flag, word.slice(at + 1));
      }
      this.#begin(flag);
    }
  }

  #begin(flag: Flag): void {
    this.#checkOpen();
    const [before] = this.#values.keys();
    if (this.#rules.oneOf !== undefined && before !== undefined && before !== flag.name) {
      const what = `The option '${flag.name}' was specified but an option from this group has already been selected: '${before}'`;
      throw this.#error('AlreadySelectedException', what);
    }
    if (flag.hasValue === true) this.#open = flag;
    else this.#give(flag, undefined);
    if (!this.#values.has(flag.name)) this.#values.set(flag.name, undefined);
  }

  #beginWith(flag: Flag, value: string): void {
    this.#begin(flag);
    this.#give(flag, value);
    this.#open = undefined;
  }

  /** Of a flag given twice the first value counts. */
  #give({ name }: Flag, value: string | undefined): void {
    if (this.#values.get(name) === undefined) this.#values.set(name, value);
  }

  #checkOpen(): void {
    if (this.#open === undefined) return;
    const what = `Missing argument for option: ${this.#open.name}`;
    throw this.#error('MissingArgumentException', what);
  }

  /** Else it is the value that a flag waits for, also when it begins with a dash. */
  #looksLikeFlag(word: string): boolean {
    if (!word.startsWith('-') || word === '-' || /^-\d+(\.\d*)?$/.test(word)) return false;
    if (this.#rules.flags.some(({ long }) => long !== undefined && word === `--${long}`))
      return true;
    const [name = ''] = word.slice(1).split('=', 1);
    return this.#flag(name) !== undefined || this.#flag(name[0]) !== undefined;
  }

  #flag(name: string | undefined): Flag | undefined {
    return this.#rules.flags.find((flag) => flag.name === name);
  }

  #unknown(word: string): CommandLineError {
    return this.#error('UnrecognizedOptionException', `Unrecognized option: ${word}`, word);
  }

  #error(exception: string, what: string, unknownFlag?: string): CommandLineError {
    const message = this.#rules.isOurs === true ? what : `${PACKAGE}${exception}: ${what}`;
    return new CommandLineError(message, { unknownFlag });
  }
}

/** As it is typed, without its value. */
export function writtenFlag({ name, long }: Flag): string {
  return long === undefined ? `-${name}` : `--${long}`;
}

/** Throws CommandLineError. `words` begin behind the command's name. */
export function readFlags(words: readonly string[], rules: FlagRules): GivenWords {
  const reader = new Reader(rules);
  reader.read(words);
  return reader;
}
