import { isRuntimeError } from '../../runtime/errors.ts';
import type { BuilderProgram } from '../../runtime/ports/builder-programs.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Builder } from '../../schemas/gen/types.ts';
import { parseDuration } from '../../schemas/values/duration.ts';
import { formatTime, parseTime } from '../../schemas/values/time.ts';
import { keyOf } from '../engine/keys.ts';
import { isContainerThere, placeInContainer, removeContainer } from './container.ts';
import { isUsedNow, wantedAt, type Demand } from './demand.ts';
import type { BuilderDeps, Context } from './deps.ts';
import { restText, runnerOfType, type Place, type Runner } from './place.ts';

const DEFAULT_IDLE = '10m';
/** While it waits to come up it is in use, which need not be written down each time. */
const USE_IS_NEWS_MS = 10_000;
/** One that ended so soon after its start did not come up. */
const LIVED_MS = 60_000;
/** One that runs and does not answer for so long is ended, and started anew. */
const HUNG_MS = 60_000;

/** A builder that we run: while it is needed, and a while longer. */
export async function placeManaged(
  builder: Builder,
  demand: Demand,
  context: Context,
  deps: BuilderDeps,
): Promise<Place> {
  const runner = await runnerOf(builder, context, deps);
  const needed = isNeeded(builder, demand, context);
  if (!needed) {
    await rest(builder, runner, context, deps);
    return { type: 'idle', managed: runner };
  }
  await haltOthers(builder, runner, context, deps);
  return runner === 'container' ? placeInContainer(builder, context, deps) : placeOfProgram(builder, runner, deps);
}

/** What the spec says; else what has run it so far, while that is there; else the best that is. */
async function runnerOf({ spec }: Builder, { status }: Context, { programs }: BuilderDeps): Promise<Runner> {
  if (spec.image !== undefined) return 'container';
  const found = await programs.find();
  const before = runnerOfType(status.current.type);
  if (before !== undefined && before !== 'container' && found.programs.includes(before)) return before;
  return found.programs[0] ?? 'container';
}

/** Whether it is to run. What uses it, or wants it, is written down as use: it runs on for its idle time, whoever looks then. */
export function isNeeded(builder: Builder, { running, waiting }: Demand, { status, clock }: Context): boolean {
  const now = clock.now();
  const { lastUsedTime, activeBuilds = 0, endpoint } = status.current;
  const used = parseTime(lastUsedTime ?? '');
  const wanted = wantedAt(builder);
  const isWish = wanted !== undefined && (used === undefined || wanted > used);
  const isChange = running !== activeBuilds;
  const isNews = used === undefined || now - used > Math.min(USE_IS_NEWS_MS, idleMs(builder) / 4);
  const isWait = endpoint === undefined && (running > 0 || waiting) && isNews;
  const last = isWish || isChange || isWait ? now : used;
  const time = isWish ? Math.max(now, wanted) : last;
  if (time !== undefined && time !== used) status.set({ lastUsedTime: formatTime(time) });
  return running > 0 || waiting || (time !== undefined && now < time + idleMs(builder));
}

/** Milliseconds; never: Infinity. */
function idleMs({ spec }: Builder): number {
  const milliseconds = parseDuration(spec.idleTimeout ?? DEFAULT_IDLE);
  return milliseconds === 0 ? Infinity : milliseconds;
}

/** How long from now on nobody needs to look whether it has become idle; undefined: an event tells. */
export function idleIn(builder: Builder, demand: Demand, { status, clock }: Context): number | undefined {
  if (demand.running > 0 || demand.waiting) return undefined;
  const used = parseTime(status.current.lastUsedTime ?? '');
  const left = used === undefined ? Infinity : used + idleMs(builder) - clock.now();
  return Number.isFinite(left) ? Math.max(left, 0) + 1 : undefined;
}

async function placeOfProgram(builder: Builder, runner: BuilderProgram, deps: BuilderDeps): Promise<Place> {
  const { programs, starts, clock } = deps;
  const { name } = builder.metadata;
  const key = keyOf(builder);
  const job = starts.state(key);
  if (job?.type === 'running') return starting(runner);
  const running = await programs.running(name);
  if (running !== undefined && running.program !== runner) await programs.stop(name);
  else if (running !== undefined) return { type: 'endpoint', endpoint: running.endpoint, managed: runner };
  if (job?.type === 'done') {
    if (clock.now() - job.at < LIVED_MS) starts.spoiled(key, new Error(`${runner} ended soon after it was started`));
    else await starts.cancel(key);
  }
  starts.start(key, (signal) => programs.ensure(name, runner, signal));
  const now = starts.state(key);
  if (now?.type !== 'failed') return starting(runner);
  const { error } = now;
  return {
    type: 'failed',
    managed: runner,
    message: error instanceof Error ? error.message : String(error),
    retryMs: Math.max(now.retryAt - clock.now(), 0) + 1,
    ...(isRuntimeError(error) && error.reason !== undefined ? { reason: error.reason } : {}),
  };
}

const starting = (runner: Runner): Place => ({
  type: 'starting',
  managed: runner,
  message: `${runner} is being started`,
});

/** One that runs, but has not answered for long, is ended: the next look starts it. */
export async function endHung(builder: Builder, runner: Runner, since: number, deps: BuilderDeps): Promise<void> {
  if (runner === 'container' || deps.clock.now() - since < HUNG_MS) return;
  deps.contacts.drop(keyOf(builder));
  await deps.programs.stop(builder.metadata.name);
}

/**
 * Stops one that nobody needs, unless a Build begins on it just now. First it is written down that nobody finds it here any more, then everybody is asked
 * who builds on it; a Build writes down that it runs before it asks where its builder is. So one of the two always sees the other: either it is not stopped,
 * and the Build that runs wakes us, or the Build waits until it has been started again.
 */
async function rest(builder: Builder, runner: Runner, context: Context, deps: BuilderDeps): Promise<void> {
  const { status, reader } = context;
  const runs = (await deps.programs.running(builder.metadata.name)) !== undefined || isContainerThere(builder, reader);
  if (runs) {
    status.set({ endpoint: undefined });
    status.condition({ type: 'Ready', status: 'True', reason: REASONS.BuilderIdle, message: restText(runner) });
    await status.flush();
    if (await isUsedNow(builder, context)) return;
  }
  await halt(builder, context, deps);
}

/** Nothing of ours runs for it any more; its cache stays. */
export async function halt(builder: Builder, context: Context, deps: BuilderDeps): Promise<void> {
  await haltProgram(builder, deps);
  if (isContainerThere(builder, context.reader)) await removeContainer(builder, context);
}

/** What ran it before something else does. */
async function haltOthers(builder: Builder, runner: Runner, context: Context, deps: BuilderDeps): Promise<void> {
  if (runner === 'container') await haltProgram(builder, deps);
  else if (isContainerThere(builder, context.reader)) await removeContainer(builder, context);
}

async function haltProgram(builder: Builder, { programs, starts }: BuilderDeps): Promise<void> {
  const { name } = builder.metadata;
  await starts.cancel(keyOf(builder));
  if ((await programs.running(name)) !== undefined) await programs.stop(name);
}
