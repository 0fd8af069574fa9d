import type { ExecutionContext } from 'ava';
import type { Builder, BuildEvent, BuildRequest, BuildResult } from '../../../runtime/ports/builders.ts';
import type { RuntimeError } from '../../../runtime/errors.ts';

/** A real builder, shared by the tests of a suite. */
export interface BuildersHarness {
  readonly builder: Builder;
  /** A connection of its own, for tests that dispose it. */
  readonly open: () => Builder;
  /** Pids of the processes of steps. */
  readonly steps: () => Promise<readonly number[]>;
  /** SIGKILL, and a new process on the same files. */
  readonly restart: () => Promise<void>;
  /** Refs of builds that it keeps records of. */
  readonly records: () => Promise<readonly string[]>;
}

/** `test` or `test.serial`. */
export type Test = (title: string, run: (t: ExecutionContext) => Promise<void>) => void;

/** A part of the suite. */
export type Part = (test: Test, name: string, harness: () => BuildersHarness) => void;

type Step = Extract<BuildEvent, { type: 'step' }>;

/** A build that ended well, and what was told of it. */
export interface Told {
  readonly result: BuildResult;
  readonly events: readonly BuildEvent[];
  /** Newest state of each step, by name; of equal names the last. */
  readonly steps: ReadonlyMap<string, Step>;
  /** Output of all steps. */
  readonly output: string;
}

export async function built(builder: Builder, request: BuildRequest, signal?: AbortSignal): Promise<Told> {
  const events: BuildEvent[] = [];
  const result = await builder.build(request, (event) => events.push(event), signal);
  return {
    result,
    events,
    steps: new Map(events.flatMap((event) => (event.type === 'step' ? [[event.name, event] as const] : []))),
    output: Buffer.concat(events.flatMap((event) => (event.type === 'log' ? [event.data] : []))).toString(),
  };
}

/** What a build failed with. */
export async function failureOf(builder: Builder, request: BuildRequest, signal?: AbortSignal): Promise<RuntimeError> {
  try {
    await builder.build(request, () => undefined, signal);
  } catch (error) {
    return error as RuntimeError;
  }
  throw new Error('the build did not fail');
}
