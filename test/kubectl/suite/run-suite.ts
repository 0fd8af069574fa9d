import type { Case, Group } from './case.ts';
import type { Cluster } from './cluster.ts';
import { runCase, type Result } from './run-case.ts';

/** A case with the title that it goes by in reports. */
export interface NamedCase {
  readonly title: string;
  readonly case: Case;
}

export interface RunningCase extends NamedCase {
  readonly result: Promise<Result>;
}

export interface RunningSuite {
  /** In the order of the cases; after an abort the results that are left reject. */
  readonly cases: readonly RunningCase[];
  /** Resolves when nothing runs any more: only then may the cluster be disposed. */
  readonly ended: Promise<void>;
}

/** The cases of all groups whose full title matches. */
export function namedCases(groups: readonly Group[], filter = /^/): NamedCase[] {
  return groups
    .flatMap(({ name, cases }) => cases.map((each) => ({ title: `${name}: ${each.title}`, case: each })))
    .filter(({ title }) => filter.test(title));
}

/** Starts all cases, `jobs` at once, in their order; results come as they do. */
export function startSuite(
  cases: readonly NamedCase[],
  cluster: Cluster,
  { jobs, signal }: { readonly jobs: number; readonly signal: AbortSignal },
): RunningSuite {
  const pending = cases.map((each) => ({ ...each, ...Promise.withResolvers<Result>() }));
  const queue = pending.entries();
  const work = async (): Promise<void> => {
    for (const [number, each] of queue) {
      await runCase(each.case, cluster, number, signal).then(each.resolve, each.reject);
    }
  };
  for (const { promise } of pending) promise.catch(() => undefined);
  const workers = Array.from({ length: jobs }, work);
  return {
    cases: pending.map(({ title, case: each, promise }) => ({ title, case: each, result: promise })),
    ended: Promise.all(workers).then(() => undefined),
  };
}
