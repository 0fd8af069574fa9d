/** What runs beside what: each file in the next lane that is free. */

export interface Lane {
  /** From 1 on. */
  readonly number: number;
  /** The files that ran at any time while this one did, in the order in which they were seen. */
  readonly beside: ReadonlySet<string>;
}

/** Calls `run` once for each file, in their order, `count` of them at once. Rejects with the first rejection, when all that run have ended. */
export async function inLanes(
  files: readonly string[],
  count: number,
  run: (file: string, lane: Lane) => Promise<void>,
): Promise<void> {
  const queue = files.values();
  const running = new Map<string, Set<string>>();
  const work = async (_: unknown, index: number): Promise<void> => {
    for (const file of queue) {
      for (const beside of running.values()) beside.add(file);
      const beside = new Set(running.keys());
      running.set(file, beside);
      try {
        await run(file, { number: index + 1, beside });
      } finally {
        running.delete(file);
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: count }, work));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
}

/** Files in the order of the first pattern that they begin with; those that begin with none come last, in their own order. */
export function ordered(files: readonly string[], first: readonly string[]): readonly string[] {
  const rank = (file: string): number => {
    const index = first.findIndex((each) => file.startsWith(each));
    return index < 0 ? first.length : index;
  };
  return files.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}
