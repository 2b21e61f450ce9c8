/**
 * Writes what follows from data and code: docs/configuration.md, which `npm run tidy` compares, and
 * the scenarios in docs/learn, which test/scripts/learn-pages.test.ts compares.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONFIGURATION_PAGE, configurationPage } from './configuration-page.ts';
import { filledPage, LEARN_FOLDERS, learnPages } from './learn-pages.ts';

function write(page: string, text: string): void {
  const path = fileURLToPath(new URL(`../${page}`, import.meta.url));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

write(CONFIGURATION_PAGE, configurationPage());
for (const page of LEARN_FOLDERS.flatMap(learnPages)) write(page.path, filledPage(page));
