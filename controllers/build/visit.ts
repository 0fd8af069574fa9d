import type { Images } from '../../runtime/ports/images.ts';
import type { Registry } from '../../runtime/ports/registry.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { BUILD_REQUEST_ANNOTATION, CANCEL_BUILD_ANNOTATION } from '../../schemas/values/build-annotations.ts';
import { keyOf, type Key } from '../engine/keys.ts';
import type { Looks } from '../engine/looks.ts';
import type { BaseAnswers } from './bases.ts';
import type { ContextView } from './context-look.ts';
import type { ContextWatches } from './context-watches.ts';
import type { Jobs } from './jobs.ts';
import type { KeyParts } from './key.ts';
import type { HostPaths } from './outputs.ts';
import type { Context } from './record.ts';
import type { Results } from './results.ts';
import type { RunDeps } from './run.ts';
import type { Turns } from './turns.ts';

export interface BuildDeps extends RunDeps {
  readonly registry: Registry;
  readonly hostPaths: HostPaths;
  readonly allowEntitlements: readonly string[];
  readonly images: Images;
  readonly jobs: Jobs;
  readonly turns: Turns;
  readonly looks: Looks<ContextView>;
  readonly checks: Looks<BaseAnswers>;
  readonly watches: ContextWatches;
  readonly results: Results;
  /** Generations whose contexts are all that is kept of contexts. */
  readonly tidied: Map<Key, number | undefined>;
  /** What went into the last build, in parts; only to tell what changed since. */
  readonly lastParts: Map<Key, KeyParts>;
}

/** One pass over one Build. */
export class Visit {
  readonly build: Build;
  readonly context: Context;
  readonly deps: BuildDeps;
  readonly key: Key;
  /** The result in use is gone from the store. */
  lost = false;
  /** Whether anything changed is still being found out. */
  isUnknown = false;
  /** How the last build failed, where that was found in this pass. */
  failed: { readonly reason: string; readonly message: string } | undefined;
  /** Why what is known of the context may be old. */
  stale: string | undefined;
  #due = Infinity;

  constructor(build: Build, context: Context, deps: BuildDeps) {
    this.build = build;
    this.context = context;
    this.deps = deps;
    this.key = keyOf(build);
  }

  /** Value of the annotation that asks for a build. */
  get request(): string | undefined {
    return this.build.metadata.annotations?.[BUILD_REQUEST_ANNOTATION];
  }

  /** Number of the build that is to be ended. */
  get cancelled(): number | undefined {
    const number = Number(this.build.metadata.annotations?.[CANCEL_BUILD_ANNOTATION]);
    return Number.isSafeInteger(number) ? number : undefined;
  }

  /** Something has to be looked at again then. */
  again(inMs: number | undefined): void {
    if (inMs !== undefined) this.#due = Math.min(this.#due, inMs);
  }

  /** When the earliest of all that is due; undefined: nothing is. */
  get dueInMs(): number | undefined {
    return this.#due === Infinity ? undefined : Math.max(1, this.#due);
  }
}
