/** Writes the pages that follow from data: docs/configuration.md. `npm run tidy` compares. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONFIGURATION_PAGE, configurationPage } from './configuration-page.ts';

const path = fileURLToPath(new URL(`../${CONFIGURATION_PAGE}`, import.meta.url));
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, configurationPage());
