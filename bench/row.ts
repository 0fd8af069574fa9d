/** One line of the bench's table. */
export interface BenchRow {
  /** What was measured, stable from run to run. */
  readonly name: string;
  readonly value: number;
  /** `ms`, `writes/s`, `MB`, `ratio`, … */
  readonly unit: string;
  /** What it is to be read beside: a floor of the same run, a goal. */
  readonly note?: string;
}
