/** What the example takes from Vitest, so that it is checked where Vitest is not installed. */
declare module 'vitest' {
  interface Context {
    onTestFinished(action: () => Promise<void>): void;
  }
  interface Expectation {
    readonly not: Expectation;
    toBe(wanted: unknown): void;
    toBeNull(): void;
  }
  export function test(title: string, body: (context: Context) => Promise<void>): void;
  export function beforeAll(action: () => Promise<void>): void;
  export function afterAll(action: () => Promise<void>): void;
  export function expect(value: unknown): Expectation;
}
