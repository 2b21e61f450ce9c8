/**
 * A JAAS file (`-Djava.security.auth.login.config=`): the users and passwords of SASL, in sections
 * that ZooKeeper names.
 *
 *   Server {
 *     org.apache.zookeeper.server.auth.DigestLoginModule required
 *     user_alice="secret";
 *   };
 *
 * What is refused is what Java refuses (its ConfigFile); here the message tells the place. No message
 * shows a value: it may be a password.
 */
import { ConfigError } from '../config-error.ts';
import { type JaasToken, jaasTokens } from './jaas-tokens.ts';

export interface JaasModule {
  readonly className: string;
  readonly options: ReadonlyMap<string, string>;
  readonly line: number;
}

/** The modules of each section, in their order. */
export type JaasSections = ReadonlyMap<string, readonly JaasModule[]>;

export interface JaasFile {
  readonly path: string;
  readonly sections: JaasSections;
}

export interface JaasText {
  /** The name of the file. */
  readonly source: string;
  readonly text: string;
  /** What `${name}` stands for in a value; undefined for what nothing sets. */
  propertyOf(name: string): string | undefined;
}

const FLAGS = ['required', 'requisite', 'sufficient', 'optional'];

/** Throws ConfigError. */
export function parseJaas(input: JaasText): JaasFile {
  return new JaasReader(input).read();
}

class JaasReader {
  readonly #input: JaasText;
  readonly #tokens: readonly JaasToken[];
  #at = 0;

  constructor(input: JaasText) {
    this.#input = input;
    this.#tokens = jaasTokens(input.source, input.text);
  }

  read(): JaasFile {
    const sections = new Map<string, JaasModule[]>();
    while (this.#next.kind !== 'end') {
      const { line } = this.#next;
      const name = this.#takeText('the name of a section');
      if (sections.has(name)) this.#refuse(line, `there are two sections ${name}`);
      sections.set(name, this.#takeModules());
    }
    return { path: this.#input.source, sections };
  }

  #takeModules(): JaasModule[] {
    this.#takeSymbol('{');
    const modules: JaasModule[] = [];
    while (!this.#isSymbol('}')) modules.push(this.#takeModule());
    this.#takeSymbol('}');
    this.#takeSymbol(';');
    return modules;
  }

  #takeModule(): JaasModule {
    const { line } = this.#next;
    const className = this.#takeText('the class of a login module');
    const flag = this.#next;
    this.#takeText('required, requisite, sufficient or optional');
    if (!FLAGS.includes(flag.text.toLowerCase())) {
      this.#refuse(flag.line, `expected one of ${FLAGS.join(', ')} behind ${className}`);
    }
    const options = new Map<string, string>();
    while (!this.#isSymbol(';')) {
      const key = this.#takeText('the name of an option, or a semicolon');
      this.#takeSymbol('=');
      const at = this.#next.line;
      options.set(key, this.#expand(this.#takeText(`the value of ${key}`), at));
    }
    this.#takeSymbol(';');
    return { className, options, line };
  }

  get #next(): JaasToken {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)];
    return token ?? { kind: 'end', text: '', line: 0 };
  }

  #isSymbol(symbol: string): boolean {
    return this.#next.kind === 'symbol' && this.#next.text === symbol;
  }

  #takeText(what: string): string {
    const { kind, text } = this.#next;
    if (kind !== 'word' && kind !== 'quoted') this.#refuseNext(what);
    this.#at++;
    return text;
  }

  #takeSymbol(symbol: string): void {
    if (!this.#isSymbol(symbol)) this.#refuseNext(`"${symbol}"`);
    this.#at++;
  }

  #refuseNext(expected: string): never {
    const { kind, text, line } = this.#next;
    if (kind === 'end') this.#refuse(line, `expected ${expected}, but the file ends`);
    if (kind === 'quoted') this.#refuse(line, `expected ${expected}, not a text in quotes`);
    if (kind === 'number') this.#refuse(line, `expected ${expected}; a number must be in quotes`);
    if (kind === 'word') this.#refuse(line, `expected ${expected}, not a word`);
    this.#refuse(line, `expected ${expected}, not ${JSON.stringify(text)}`);
  }

  #refuse(line: number, reason: string): never {
    throw new ConfigError(`${this.#input.source}:${line}: ${reason}.`);
  }

  #expand(value: string, line: number): string {
    return value.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      if (name === '/') return '/';
      const known = this.#input.propertyOf(name);
      if (known === undefined) this.#refuse(line, `\${${name}} is set by no -D flag`);
      return known;
    });
  }
}
