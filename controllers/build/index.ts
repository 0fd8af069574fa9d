import { isRuntimeError } from '../../runtime/errors.ts';
import type { BuildContexts } from '../../runtime/ports/build-contexts.ts';
import type { RuntimeEvents } from '../../runtime/ports/events.ts';
import type { Registry } from '../../runtime/ports/registry.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Build, BuildStatus } from '../../schemas/gen/types.ts';
import { ELSEWHERE, settled, type Controller } from '../engine/contract.ts';
import type { BaseAnswers } from './bases.ts';
import type { ContextView } from './context-look.ts';
import { ContextWatches } from './context-watches.ts';
import { foretellBuild } from './foretell.ts';
import { finalizeBuild } from './finalize.ts';
import { Jobs } from './jobs.ts';
import { Looks } from '../engine/looks.ts';
import { BUILD } from './names.ts';
import type { HostPaths } from './outputs.ts';
import { reconcileBuild } from './reconcile.ts';
import { Results } from './results.ts';
import type { RunDeps } from './run.ts';
import { Turns } from './turns.ts';
import type { BuildDeps } from './visit.ts';
import { indexes, watches } from './watches.ts';

export interface BuildControllerOptions extends RunDeps {
  readonly contexts: BuildContexts;
  readonly registry: Registry;
  readonly events: RuntimeEvents;
  /** Which paths of this machine outputs may be written to. */
  readonly hostPaths: HostPaths;
  /** Entitlements that Builds may have: network.host, security.insecure. */
  readonly allowEntitlements: readonly string[];
  /** Builds that belong to another machine are left alone. */
  readonly nodeName: string;
}

/** To find out that it still is may take a download of gigabytes. */
const isTooLarge = (error: unknown): boolean => isRuntimeError(error) && error.reason === REASONS.ContextTooLarge;

/** Makes what Build objects ask for, and makes it anew when anything changes that goes into it. */
export function buildController(options: BuildControllerOptions): Controller<Build, BuildStatus> {
  const { nodeName, events, ...rest } = options;
  const { clock, timers, contexts, images } = rest;
  const looks = new Looks<ContextView>(clock, isTooLarge);
  const deps: BuildDeps = {
    ...rest,
    looks,
    checks: new Looks<BaseAnswers>(clock),
    jobs: new Jobs(clock, timers),
    turns: new Turns(),
    watches: new ContextWatches(contexts, (key) => looks.doubt(key)),
    results: new Results(images, events),
    tidied: new Map(),
    lastParts: new Map(),
  };
  const isElsewhere = ({ spec }: Build): boolean => spec.nodeName !== undefined && spec.nodeName !== nodeName;
  return {
    name: 'build',
    kind: BUILD,
    finalizer: 'tsmoby.dev/build',
    indexes,
    watches,
    sources: [deps.jobs, deps.turns, deps.looks, deps.checks, deps.watches, deps.results].map(({ source }) => source),
    concurrency: 8,
    async reconcile(build, context) {
      return isElsewhere(build) ? settled() : reconcileBuild(build, context, deps);
    },
    async finalize(build, context) {
      return isElsewhere(build) ? settled() : finalizeBuild(build, context, deps);
    },
    plan: (build, context) => (isElsewhere(build) ? ELSEWHERE : foretellBuild(build, context, deps)),
  };
}
