import { isRuntimeError } from '../errors.ts';

function isRefusal(error: unknown): boolean {
  if (isRuntimeError(error, 'ResourceExhausted')) return true;
  return isRuntimeError(error, 'Unavailable') && error.reason === 'FirewallFailed';
}

export interface QueueOptions<T> {
  /** A batch has no two of one key; those of one key run in the order in which they came. */
  readonly keyOf: (item: T) => string;
  readonly run: (batch: readonly T[]) => Promise<void>;
}

export interface Queue<T> {
  /** Runs it together with all that came while others ran; resolves with what `answer` says right after that. Rejects as `run` does. */
  add<A>(item: T, answer: () => A): Promise<A>;
  /** Runs something else, while nothing runs. */
  alone(work: () => Promise<void>): Promise<void>;
  /** Whether one of this key waits or runs. */
  has(key: string): boolean;
}

interface Waiting<T> {
  /** Undefined: runs alone. */
  readonly item?: T;
  readonly work?: () => Promise<void>;
  readonly settle: (error?: unknown) => void;
}

/** Work that comes one by one and is cheaper together: whoever comes while a batch is under way goes with the next. */
export function createQueue<T>({ keyOf, run }: QueueOptions<T>): Queue<T> {
  let waiting: Waiting<T>[] = [];
  let running: readonly Waiting<T>[] = [];
  let isDraining = false;

  /** The longest beginning that can run together. */
  const take = (): readonly Waiting<T>[] => {
    const keys = new Set<string>();
    const batch: Waiting<T>[] = [];
    for (const each of waiting) {
      if (each.item === undefined && batch.length > 0) break;
      if (each.item !== undefined) {
        const key = keyOf(each.item);
        if (keys.has(key)) break;
        keys.add(key);
      }
      batch.push(each);
      if (each.item === undefined) break;
    }
    waiting = waiting.slice(batch.length);
    return batch;
  };

  const perform = async (batch: readonly Waiting<T>[]): Promise<void> => {
    const [first] = batch;
    try {
      if (first?.work !== undefined) await first.work();
      else await run(batch.flatMap(({ item }) => (item === undefined ? [] : [item])));
      for (const { settle } of batch) settle();
    } catch (error) {
      // One that the firewall refuses, or that is too much, must not keep the others from coming into force.
      if (batch.length > 1 && isRefusal(error)) {
        for (const each of batch) await perform([each]);
        return;
      }
      for (const { settle } of batch) settle(error);
    }
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Whoever comes in the same moment goes together.
      await Promise.resolve();
      running = take();
      await perform(running);
      running = [];
    }
    isDraining = false;
  };

  const enqueue = (entry: Omit<Waiting<T>, 'settle'>): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (error?: unknown): void => (error === undefined ? resolve() : reject(error));
      waiting.push({ ...entry, settle });
      if (isDraining) return;
      isDraining = true;
      void drain();
    });

  return {
    async add(item, answer) {
      const done = enqueue({ item });
      await done;
      return answer();
    },
    alone: (work) => enqueue({ work }),
    has: (key) => [...waiting, ...running].some(({ item }) => item !== undefined && keyOf(item) === key),
  };
}
