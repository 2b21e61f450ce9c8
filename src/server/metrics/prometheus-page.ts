/**
 * createMetricsPage: the figures of a server as Prometheus reads them: the page `/metrics` of
 * ZooKeeper 3.9 with its names, types and labels. Loaded only where somebody asks for the page, as
 * prom-client costs a fresh server 57 ms.
 */
import { Counter, Gauge, type MetricValue, Registry, Summary } from 'prom-client';
import { VERSION_TEXT } from '../version.ts';
import type { Figure, SummaryFigure } from './figure.ts';
import { reasonForNothing, UNFED_SETS } from './java-metrics.ts';
import { processRegistry } from './process-registry.ts';
import { QuantileWindow } from './quantile-window.ts';
import { type FigureContext, serverFigures } from './server-figures.ts';

export interface MetricsPage {
  readonly contentType: string;
  /** With names, only the samples that are called so. */
  render(names?: readonly string[]): Promise<string>;
}

interface Sample extends MetricValue<string> {
  readonly metricName?: string;
}

type MetricType = 'gauge' | 'counter' | 'summary';

/** Java's, by the detail of the summary. */
const BASIC_SHARES = [0.5];
const ADVANCED_SHARES = [0.5, 0.9, 0.99];

export function createMetricsPage(context: FigureContext): MetricsPage {
  return new PrometheusPage(context);
}

class PrometheusPage implements MetricsPage {
  readonly #context: FigureContext;
  readonly #registry = new Registry();
  readonly #windows = new Map<string, QuantileWindow>();
  /** Of the page that is being written, by metric. */
  #samples = new Map<string, readonly Sample[]>();

  constructor(context: FigureContext) {
    this.#context = context;
    for (const [type, name] of UNFED_SETS) this.#register(type, name);
    this.#registerInfo();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  async render(names: readonly string[] = []): Promise<string> {
    this.#samples = new Map();
    for (const figure of serverFigures(this.#context)) this.#put(figure);
    const parts = [await this.#registry.metrics()];
    if (this.#context.config.metrics.exportJvmInfo) parts.push(await processRegistry().metrics());
    const text = parts.join('\n');
    return names.length === 0 ? text : samplesNamed(text, new Set(names));
  }

  #put(figure: Figure): void {
    const type = figure.kind === 'labelled' ? figure.type : figure.kind;
    if (this.#registry.getSingleMetric(figure.name) === undefined)
      this.#register(type, figure.name);
    this.#samples.set(figure.name, this.#samplesOf(figure));
  }

  /** A metric that was there once stays, if only by its name: a leader's, when it leads no more. */
  #register(type: MetricType, name: string): void {
    const help = reasonForNothing(name) ?? name;
    const options = { name, help, registers: [this.#registry] };
    const metric = createMetric(type, options);
    const plain = metric.get.bind(metric);
    metric.get = async () => ({ ...(await plain()), values: [...(this.#samples.get(name) ?? [])] });
  }

  /** What `mntr` says in words. */
  #registerInfo(): void {
    const { server } = this.#context;
    new Gauge({
      name: 'zooid_server_info',
      help: 'What the server is: its mode as `srvr` says it, or `none` while it serves nobody.',
      labelNames: ['version', 'mode'],
      registers: [this.#registry],
      collect() {
        this.reset();
        this.set({ version: VERSION_TEXT, mode: server.isServing ? server.mode : 'none' }, 1);
      },
    });
  }

  #samplesOf(figure: Figure): readonly Sample[] {
    switch (figure.kind) {
      case 'gauge':
      case 'counter':
        return [{ value: figure.value, labels: {} }];
      case 'labelled':
        return Array.from(figure.values, ([key, value]) => ({
          value,
          labels: { [figure.label]: key },
        }));
      case 'summary':
        return this.#summarySamples(figure);
    }
  }

  #summarySamples(figure: SummaryFigure): readonly Sample[] {
    const { name, summary, isAdvanced } = figure;
    const shares = isAdvanced ? ADVANCED_SHARES : BASIC_SHARES;
    const quantiles = this.#quantiles(figure, shares);
    return [
      ...shares.map((share, at) => ({
        value: quantiles[at] ?? Number.NaN,
        labels: { quantile: String(share) },
      })),
      { metricName: `${name}_count`, value: summary?.count ?? 0, labels: {} },
      { metricName: `${name}_sum`, value: summary?.sum ?? 0, labels: {} },
    ];
  }

  #quantiles({ name, summary }: SummaryFigure, shares: readonly number[]): readonly number[] {
    if (summary === null) return [];
    const nowMs = performance.now();
    let window = this.#windows.get(name);
    if (window === undefined) {
      window = new QuantileWindow(summary, nowMs);
      this.#windows.set(name, window);
    }
    return window.quantiles(shares, nowMs);
  }
}

interface MetricOptions {
  readonly name: string;
  readonly help: string;
  readonly registers: Registry[];
}

function createMetric(type: MetricType, options: MetricOptions): Counter | Gauge | Summary {
  switch (type) {
    case 'counter':
      return new Counter(options);
    case 'gauge':
      return new Gauge(options);
    case 'summary':
      return new Summary(options);
  }
}

/** Those lines, and what is said of the metrics that they belong to. */
function samplesNamed(text: string, names: ReadonlySet<string>): string {
  const kept: string[] = [];
  let head: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('# HELP')) head = [];
    if (line.startsWith('#')) head.push(line);
    else if (names.has(line.split(/[{ ]/, 1)[0] ?? '')) {
      kept.push(...head, line);
      head = [];
    }
  }
  return kept.map((line) => `${line}\n`).join('');
}
