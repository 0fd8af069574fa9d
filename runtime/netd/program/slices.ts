/** Long lists in pieces: each fits into one message, and is written and read in a few milliseconds. */
const sliceCharacters = 256 << 10;

/** Where the slice ends that begins here. It has one row at least. */
export function sliceEnd(rows: readonly unknown[], from: number): number {
  let length = 0;
  for (let end = from; end < rows.length; end++) {
    length += JSON.stringify(rows[end]).length + 1;
    if (length > sliceCharacters && end > from) return end;
  }
  return rows.length;
}

export interface SliceOf<T> {
  readonly rows: readonly T[];
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** One slice at least, also of nothing. */
export function* slicesOf<T>(rows: readonly T[]): Generator<SliceOf<T>> {
  let from = 0;
  do {
    const end = sliceEnd(rows, from);
    yield { rows: rows.slice(from, end), isFirst: from === 0, isLast: end === rows.length };
    from = end;
  } while (from < rows.length);
}
