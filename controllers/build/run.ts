import type { BuildLogs, BuildLogWriter } from '../../runtime/ports/build-logs.ts';
import type {
  BuildEvent,
  BuildOutput,
  Builder,
  BuilderEndpoint,
  Builders,
  NamedContext,
} from '../../runtime/ports/builders.ts';
import type { BuildContexts } from '../../runtime/ports/build-contexts.ts';
import type { ImageRecord, Images, ReceiveRequest } from '../../runtime/ports/images.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import type { Build } from '../../schemas/gen/types.ts';
import { formatMicroTime } from '../../schemas/values/time.ts';
import type { Clock } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import type { Base } from './bases.ts';
import type { ContextView } from './context-look.ts';
import { BuildTimeoutError, failureOf, failureText } from './failure.ts';
import type { Inputs } from './inputs.ts';
import { BuildStopped, type BuildDone, type JobWork } from './jobs.ts';
import type { ObjectContexts } from './key.ts';
import { KEY_LABEL, recordName, REFERENCE_LABEL } from './names.ts';
import { wantsImage, type Targets } from './outputs.ts';
import { buildRequest, contextName } from './request.ts';

/** A file that is gone when it is disposed. */
export interface TemporaryFile extends AsyncDisposable {
  /** Absolute path; nothing is there yet. */
  readonly path: string;
}

export interface RunDeps {
  readonly builders: Builders;
  readonly contexts: BuildContexts;
  readonly images: Images;
  readonly logs: BuildLogs;
  readonly clock: Clock;
  readonly timers: Timers;
  /** os/arch of this machine. */
  readonly platform: string;
  /** Unique: [a-z0-9]. */
  readonly newId: () => string;
  /** For an image that a builder can only hand over as an archive. */
  readonly temporaryFile: () => Promise<TemporaryFile>;
}

/** One build, with all that was found out for it. */
export interface RunPlan extends Targets {
  readonly build: Build;
  readonly number: number;
  readonly key: string;
  readonly cause: string;
  /** Where the builder is now; asked when everybody can know that the build runs. */
  readonly endpoint: (signal: AbortSignal) => Promise<BuilderEndpoint>;
  readonly inputs: Inputs;
  readonly view: ContextView;
  readonly bases: readonly Base[];
  /** Named contexts that are objects of the namespace. */
  readonly objects: ObjectContexts;
}

/** The work of a build: told to its log from the first line to the last, and ended when it takes too long. */
export function runWork(plan: RunPlan, log: BuildLogWriter, deps: RunDeps): JobWork {
  return async (tell, signal) => {
    const { build, cause } = plan;
    const { namespace, name } = build.metadata;
    const now = (): string => formatMicroTime(deps.clock.now());
    try {
      log.append({ type: 'begin', time: now(), title: `${namespace}/${name}`, cause });
      const onEvent = (event: BuildEvent): void => {
        log.append(event);
        tell(event);
      };
      const done = await withDeadline(build, deps.timers, signal, (limited) => make(plan, deps, onEvent, limited));
      log.append({ type: 'end', time: now(), outcome: 'Succeeded', message: done.digest ?? 'built' });
      return done;
    } catch (error) {
      appendFailure(log, now(), error, signal);
      throw error;
    } finally {
      await log.close();
    }
  };
}

function appendFailure(log: BuildLogWriter, time: string, error: unknown, signal: AbortSignal): void {
  if (signal.aborted) {
    const { reason } = signal as { readonly reason: unknown };
    const isStopped = reason instanceof BuildStopped;
    const message = isStopped ? reason.message : 'the daemon ended';
    log.append({ type: 'end', time, outcome: isStopped ? reason.reason : 'Interrupted', message });
    return;
  }
  const failure = failureOf(error);
  const { excerpt } = failure;
  log.append({
    type: 'end',
    time,
    outcome: 'Failed',
    message: failureText(failure),
    ...(excerpt === undefined ? {} : { excerpt }),
  });
}

/** Rejects with BuildTimeoutError when the time is over, as soon as nothing is under way any more. */
async function withDeadline<T>(
  { spec }: Build,
  timers: Timers,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { activeDeadlineSeconds = 3600 } = spec;
  const deadline = new AbortController();
  using _timer = timers.after(activeDeadlineSeconds * 1000, () => deadline.abort());
  try {
    return await work(AbortSignal.any([signal, deadline.signal]));
  } catch (error) {
    if (deadline.signal.aborted && !signal.aborted) throw new BuildTimeoutError(activeDeadlineSeconds);
    throw error;
  }
}

type OnEvent = (event: BuildEvent) => void;

async function make(plan: RunPlan, deps: RunDeps, onEvent: OnEvent, signal: AbortSignal): Promise<BuildDone> {
  const held = await heldImages(plan, deps.images, signal);
  const work = (): Promise<BuildDone> => makeFrom(held, plan, deps, onEvent, signal);
  const records = [...held.values()];
  return records.length === 0 ? work() : deps.images.hold(records, work);
}

async function makeFrom(
  held: ReadonlyMap<string, ImageRecord>,
  plan: RunPlan,
  deps: RunDeps,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<BuildDone> {
  using builder = deps.builders.open(await plan.endpoint(signal));
  const layouts = layoutsOf(held, deps.images);
  const solve = async (outputs: readonly BuildOutput[]) => {
    const { inputs, view, bases, cachePaths } = plan;
    const sharedKey = (path: string): string => deps.contexts.sharedKey(path);
    const parts = { id: deps.newId(), inputs, view, bases, layouts, outputs, cachePaths, sharedKey };
    return builder.build(buildRequest(plan.build, parts), onEvent, signal);
  };
  // Awaited: the builder is let go of when this function returns.
  if (wantsImage(plan.build)) return await landImage(plan, deps, builder, solve, signal);
  const { digest } = await solve(plan.outputs);
  return digest === undefined ? {} : { digest };
}

type Solve = (outputs: readonly BuildOutput[]) => Promise<{ readonly digest?: string }>;

/** The image goes into our store: blob by blob where the builder can, else as an archive. */
async function landImage(
  plan: RunPlan,
  deps: RunDeps,
  builder: Builder,
  solve: Solve,
  signal: AbortSignal,
): Promise<BuildDone> {
  const { images } = deps;
  const request = receiveRequest(plan, deps.platform);
  const { landing } = await builder.facts(signal);
  if (landing === 'ContentStore') {
    const fill = async (content: NamedLayout['content']) => {
      const { digest } = await solve([{ type: 'content', content }, ...plan.outputs]);
      if (digest !== undefined) return { digest };
      throw new RuntimeError('Internal', 'the builder made an image and did not say which');
    };
    const record = await images.receive(request, fill, () => undefined, signal);
    return { digest: record.digest, record };
  }
  await using file = await deps.temporaryFile();
  const format = landing === 'Archive' ? 'oci' : 'docker';
  await solve([{ type: 'archive', path: file.path, format, name: plan.inputs.reference ?? UNNAMED }, ...plan.outputs]);
  const record = await images.load({ ...request, path: file.path }, () => undefined, signal);
  return { digest: record.digest, record };
}

/** An old dockerd hands out only what has a name. */
const UNNAMED = 'build.local/result:latest';

function receiveRequest({ build, number, key, inputs }: RunPlan, platform: string): ReceiveRequest {
  const { namespace = '', name, uid } = build.metadata;
  const { platforms, reference } = inputs;
  return {
    name: recordName(uid, number),
    owner: { kind: 'Build', namespace, name, uid },
    labels: { [KEY_LABEL]: key, ...(reference === undefined ? {} : { [REFERENCE_LABEL]: reference }) },
    // For several there is an index, out of which this machine uses its own.
    platform: platforms.includes(platform) ? platform : (platforms[0] ?? platform),
  };
}

type NamedLayout = NamedContext & { readonly type: 'layout' };

/** Images of our store for the builder, by name of the context. */
async function heldImages(
  { bases, objects, view }: RunPlan,
  images: Images,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ImageRecord>> {
  const records = new Map<string, string>();
  for (const { reference, recordName: record } of bases) {
    if (record !== undefined) records.set(contextName(reference), record);
  }
  for (const [name, held] of Object.entries({ ...view.layouts, ...objects })) records.set(name, held.recordName);
  const held = new Map<string, ImageRecord>();
  for (const [name, recordName] of records) {
    const record = await images.get(recordName, signal);
    if (record === undefined) {
      throw new RuntimeError('NotFound', `the image for ${name} is gone from the store`, { reason: 'ResultLost' });
    }
    held.set(name, record);
  }
  return held;
}

const layoutsOf = (held: ReadonlyMap<string, ImageRecord>, images: Images): Record<string, NamedLayout> =>
  Object.fromEntries(
    [...held].map(([name, record]) => [
      name,
      { type: 'layout', digest: record.digest, content: images.contentOf(record) },
    ]),
  );
