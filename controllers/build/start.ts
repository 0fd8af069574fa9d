import type { BuildLogWriter } from '../../runtime/ports/build-logs.ts';
import type { BuilderEndpoint } from '../../runtime/ports/builders.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { formatTime } from '../../schemas/values/time.ts';
import type { Outcome } from '../engine/contract.ts';
import { builderState, endpointForRunning, findBuilder } from './builder.ts';
import type { Decision, Why } from './decide.ts';
import type { Found } from './find.ts';
import { credentialVersions } from './inputs.ts';
import { describeChange } from './key.ts';
import { furtherTargets } from './outputs.ts';
import { runWork } from './run.ts';
import type { Visit } from './visit.ts';

/** Begins a build as soon as there is a builder and it is its turn. Its number is written down before anything starts. */
export async function startBuild(
  visit: Visit,
  found: Found,
  { why, attempts, failures }: Decision & { readonly type: 'build' },
): Promise<Outcome> {
  const { build, context, deps, key } = visit;
  const { status, clock } = context;
  const builder = findBuilder(build, context.reader);
  const turn = deps.turns.ask(key, { builder: builder.name, limit: builder.limit, buildKey: found.key });
  if (turn.type === 'queued') return { type: 'progressing', reason: REASONS.BuildPending, message: turn.message };
  using held = new DisposableStack();
  held.use(turn.place);
  const targets = await furtherTargets(build, deps.hostPaths);
  const number = (status.current.lastBuild?.number ?? 0) + 1;
  const cause = why === 'changed' ? describeChange(deps.lastParts.get(key), found.parts) : CAUSES[why];
  const { generation } = build.metadata;
  const state = builderState(build, context.reader);
  status.set({
    lastBuild: {
      number,
      key: found.key,
      cause,
      phase: 'Running',
      attempts,
      ...(failures === 0 ? {} : { failures }),
      ...(generation === undefined ? {} : { generation }),
      ...(state === undefined ? {} : { builder: state.text }),
      credentials: credentialVersions(found.inputs),
      startTime: formatTime(clock.now()),
    },
    steps: undefined,
    observedBuildRequest: visit.request,
  });
  const outcome = building(number, cause);
  // Whoever hears of this build hears no more of the one before.
  status.removeCondition('Stalled');
  status.condition({ type: 'Reconciling', status: 'True', reason: outcome.reason, message: outcome.message });
  const log = await openLog(build, number, visit);
  deps.lastParts.set(key, found.parts);
  const endpoint = (signal: AbortSignal): Promise<BuilderEndpoint> =>
    endpointForRunning(build, context, deps.timers, signal);
  const plan = { build, number, cause, endpoint, ...targets, ...found };
  const { uid } = build.metadata;
  deps.jobs.start(key, { uid, number, buildKey: found.key }, held.move(), runWork(plan, log, deps));
  return outcome;
}

/** Whoever hears of the build finds its log. */
async function openLog({ metadata }: Build, number: number, { context, deps }: Visit): Promise<BuildLogWriter> {
  const log = await deps.logs.open({ log: metadata.uid, number });
  try {
    await context.status.flush();
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

type Progressing = Extract<Outcome, { readonly type: 'progressing' }>;

export const CAUSES: Readonly<Record<Exclude<Why, 'changed'>, string>> = {
  first: 'the first build',
  requested: 'it was asked for',
  lost: 'the result was gone from the store',
  respecified: 'the spec changed',
  again: 'the last try failed',
  interrupted: 'the last try was interrupted',
};

export const building = (number: number | undefined, cause: string | undefined): Progressing => ({
  type: 'progressing',
  reason: REASONS.Building,
  message: `build ${number}: ${cause}`,
});
