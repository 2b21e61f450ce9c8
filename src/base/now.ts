/**
 * Now: the two clocks, read once by the driver for each step and handed in. Durations and
 * deadlines use `monotonicMs`; only what is shown to people or stored in a Stat uses `wallMs`.
 */
export interface Now {
  readonly monotonicMs: number;
  readonly wallMs: number;
}
