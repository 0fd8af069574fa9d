import { isReason } from '../../client/client.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import type { BuilderEndpoint } from '../../runtime/ports/builders.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Build, Builder, Secret } from '../../schemas/gen/types.ts';
import { BuilderEndpointError, endpointOfBuilder, SYSTEM_NAMESPACE } from '../../schemas/values/builder-endpoint.ts';
import { parseTime } from '../../schemas/values/time.ts';
import type { Reader } from '../engine/contract.ts';
import type { Timers } from '../engine/environment.ts';
import { sleep } from '../engine/timers.ts';
import type { BuilderState } from './decide.ts';
import { BUILDER, SECRET } from './names.ts';
import type { Context } from './record.ts';
import { waiting } from './references.ts';

/** A builder that can be asked now, as far as is known. */
export interface ReadyBuilder {
  readonly name: string;
  /** Builds that it takes at once. */
  readonly limit: number;
}

const DEFAULT_LIMIT = 4;

export const builderName = ({ spec }: Build): string => spec.builderName ?? 'default';

const isGoing = ({ metadata }: Builder): boolean => metadata.deletionTimestamp !== undefined;

const readyOf = ({ status }: Builder) => status?.conditions?.find(({ type }) => type === 'Ready');

const builderOf = (build: Build, reader: Reader): Builder | undefined =>
  reader.get<Builder>(BUILDER, undefined, builderName(build));

/** Since when it can be reached, and which one it is; undefined: it cannot. */
export function builderState(build: Build, reader: Reader): BuilderState | undefined {
  const builder = builderOf(build, reader);
  const ready = builder && !isGoing(builder) ? readyOf(builder) : undefined;
  const readyAt = ready?.status === 'True' ? parseTime(ready.lastTransitionTime) : undefined;
  const { endpoint, version = '' } = builder?.status ?? {};
  return readyAt === undefined || endpoint === undefined
    ? undefined
    : { readyAt, text: `${endpoint} ${version}`.trim() };
}

/** The builder that the Build names; one that sleeps wakes, as it sees who waits for it. Throws a waiting outcome while it is not ready. */
export function findBuilder(build: Build, reader: Reader): ReadyBuilder {
  const name = builderName(build);
  const builder = builderOf(build, reader);
  if (builder === undefined) throw waiting(REASONS.BuilderNotFound, `Builder ${name} is not there`);
  if (isGoing(builder)) throw waiting(REASONS.BuilderNotFound, `Builder ${name} is being deleted`);
  const { endpoint } = builder.status ?? {};
  const ready = readyOf(builder);
  if (ready?.status === 'True' && endpoint !== undefined) {
    const { maxParallelBuilds: limit = DEFAULT_LIMIT } = builder.spec;
    // Its certificates are there.
    endpointOf(builder, endpoint, reader);
    return { name, limit };
  }
  if (ready?.reason === REASONS.BuilderIdle) {
    throw waiting(REASONS.BuilderStarting, `Builder ${name} is being started`);
  }
  const said = ready === undefined ? 'it was not looked at yet' : `${ready.reason}: ${ready.message}`;
  const isStarting = ready?.reason === REASONS.BuilderStarting;
  throw waiting(isStarting ? REASONS.BuilderStarting : REASONS.BuilderNotReady, `Builder ${name}: ${said}`);
}

/** Milliseconds between two looks at a builder that is about to come. */
const LOOK_MS = 250;

/**
 * Where the builder is, for a Build of which everybody knows already that it runs. It may have been stopped for having nothing to do just before that was
 * known: then this waits until it is there again, as it is needed now. Rejects with Unavailable when it is away for another reason.
 */
export async function endpointForRunning(
  build: Build,
  { client, reader }: Pick<Context, 'client' | 'reader'>,
  timers: Timers,
  signal: AbortSignal,
): Promise<BuilderEndpoint> {
  const name = builderName(build);
  for (;;) {
    signal.throwIfAborted();
    const builder = await live(name, client, signal);
    const ready = builder && readyOf(builder);
    const { endpoint } = builder?.status ?? {};
    if (builder !== undefined && ready?.status === 'True' && endpoint !== undefined) {
      return endpointOf(builder, endpoint, reader);
    }
    if (ready?.reason !== REASONS.BuilderIdle && ready?.reason !== REASONS.BuilderStarting) {
      const said = ready === undefined ? 'it is not there' : `${ready.reason}: ${ready.message}`;
      throw new RuntimeError('Unavailable', `Builder ${name}: ${said}`, { reason: REASONS.BuilderUnavailable });
    }
    await sleep(timers, LOOK_MS, signal);
  }
}

/** As the API server has it at this moment. */
async function live(name: string, client: Context['client'], signal: AbortSignal): Promise<Builder | undefined> {
  try {
    return await client.get<Builder>({ ...BUILDER, name }, { signal });
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

function endpointOf(builder: Builder, url: string, reader: Reader): BuilderEndpoint {
  try {
    return endpointOfBuilder(builder, url, (name) => reader.get<Secret>(SECRET, SYSTEM_NAMESPACE, name));
  } catch (error) {
    if (!(error instanceof BuilderEndpointError)) throw error;
    const reason = error.fault === 'SecretNotFound' ? REASONS.SecretNotFound : REASONS.BuilderNotReady;
    throw waiting(reason, `Builder ${builder.metadata.name}: ${error.message}`);
  }
}
