// The figures of one bench run: several values for each measure and server, and the bar that the
// project set itself as a ratio to Java.

export type Better = 'higher' | 'lower';

export interface MeasureDefinition {
  readonly name: string;
  readonly unit: string;
  readonly better: Better;
  /** Digits after the point. */
  readonly digits: number;
  /** The ratio to Java that must be reached, and the one that is aimed at. */
  readonly floor?: number;
  readonly aim?: number;
}

export interface Measure {
  readonly definition: MeasureDefinition;
  readonly values: ReadonlyMap<string, readonly number[]>;
}

export class Measurements {
  readonly #measures = new Map<
    string,
    { definition: MeasureDefinition; values: Map<string, number[]> }
  >();

  add(definition: MeasureDefinition, server: string, value: number): void {
    let measure = this.#measures.get(definition.name);
    if (measure === undefined) {
      measure = { definition, values: new Map() };
      this.#measures.set(definition.name, measure);
    }
    const values = measure.values.get(server);
    if (values === undefined) measure.values.set(server, [value]);
    else values.push(value);
  }

  list(): readonly Measure[] {
    return [...this.#measures.values()];
  }
}
