/** Reads what Prometheus reads, as strictly as the tests need it. */
import assert from 'node:assert/strict';
import { Summary } from '../../../src/core/requests/stats/summary.ts';
import { ProcessFigures } from '../../../src/server/four-letter-words/process-figures.ts';
import type { FigureContext } from '../../../src/server/metrics/server-figures.ts';
import type { ToggledServer } from '../toggled-server.ts';

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly samples: Sample[];
}

export function parseExposition(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let last: Family | undefined;
  for (const line of text.split('\n')) {
    const [, name = '', type = ''] =
      /^# TYPE (\S+) (counter|gauge|summary|histogram)$/.exec(line) ?? [];
    if (name !== '') {
      assert.ok(!families.has(name), `${name} comes twice`);
      last = { type, samples: [] };
      families.set(name, last);
    } else if (line !== '' && !line.startsWith('# HELP ')) {
      assert.ok(last !== undefined, line);
      last.samples.push(parseSample(line));
    }
  }
  return families;
}

function parseSample(line: string): Sample {
  const [, name = '', labels = '', value = ''] =
    /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  assert.notEqual(name, '', line);
  const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text])),
    value: value === 'Nan' ? Number.NaN : Number(value),
  };
}

/** What a server in this process is counted by. */
export function figureContext(
  server: ToggledServer,
  t: { after(action: () => void): void },
): FigureContext {
  const figures = new ProcessFigures();
  t.after(() => figures.close());
  const load = {
    connectionDropProbability: 0.25,
    sessionlessConnectionsExpired: 3,
    closedWithoutServer: 2,
    tokenDeficit: new Summary(),
  };
  return { config: server.config, server, figures, load };
}
