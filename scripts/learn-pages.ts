/**
 * The pages of docs/learn, in both languages: between `<!-- learn: name -->` and `<!-- /learn -->`
 * stands what the scenario of that name prints.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { scenarios } from '../src/sim/learn/scenarios.ts';

export interface LearnPage {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

export const LEARN_FOLDERS = ['docs/learn', 'docs/learn/zh'] as const;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OPENING = /<!-- learn: ([a-z-]+) -->/g;
const BLOCK = /<!-- learn: ([a-z-]+) -->(?:(?!<!-- learn: )[\s\S])*?<!-- \/learn -->/g;

export function learnPages(folder: string): LearnPage[] {
  return readdirSync(`${ROOT}${folder}`)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `${folder}/${name}`)
    .map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') }));
}

/** The names of the scenarios that a page shows. */
export function scenariosOn({ text }: LearnPage): string[] {
  return [...text.matchAll(OPENING)].map((match) => match[1] ?? '');
}

/** The page with what its scenarios print now. Throws on one that nobody knows or that fails. */
export function filledPage(page: LearnPage): string {
  const closed = page.text.match(BLOCK)?.length ?? 0;
  if (closed !== scenariosOn(page).length) {
    throw new Error(`${page.path}: a scenario without <!-- /learn --> behind it`);
  }
  return page.text.replaceAll(BLOCK, (_, name: string) => blockOf(name, page));
}

function blockOf(name: string, { path }: LearnPage): string {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`${path}: no scenario ${name}`);
  const text = `$ npm run learn -- ${name}\n\n${scenario.run()}`;
  return `<!-- learn: ${name} -->\n\n\`\`\`text\n${text}\`\`\`\n\n<!-- /learn -->`;
}
