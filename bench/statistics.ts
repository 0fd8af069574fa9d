/** The middle of the values; the upper one of two. 0 for none. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** Rounded to so many digits behind the point. */
export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}
