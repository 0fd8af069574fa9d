import type { BuilderEndpoint } from '../../runtime/ports/builders.ts';
import { REASONS } from '../../schemas/conditions.ts';
import type { Build, Builder, Secret } from '../../schemas/gen/types.ts';
import { BUILDER_WANTED_ANNOTATION } from '../../schemas/values/build-annotations.ts';
import { BuilderEndpointError, endpointOfBuilder, SYSTEM_NAMESPACE } from '../../schemas/values/builder-endpoint.ts';
import { formatTime, parseTime } from '../../schemas/values/time.ts';
import type { Reader } from '../engine/contract.ts';
import { refOf } from '../engine/keys.ts';
import type { BuilderState } from './decide.ts';
import { BUILDER, SECRET } from './names.ts';
import type { Context } from './record.ts';
import { waiting } from './references.ts';

/** A builder that can be asked now. */
export interface ReadyBuilder {
  readonly name: string;
  readonly endpoint: BuilderEndpoint;
  /** Builds that it takes at once. */
  readonly limit: number;
}

const DEFAULT_LIMIT = 4;

export const builderName = ({ spec }: Build): string => spec.builderName ?? 'default';

const readyOf = ({ status }: Builder) => status?.conditions?.find(({ type }) => type === 'Ready');

const builderOf = (build: Build, reader: Reader): Builder | undefined =>
  reader.get<Builder>(BUILDER, undefined, builderName(build));

/** Since when it can be reached, and which one it is; undefined: it cannot. */
export function builderState(build: Build, reader: Reader): BuilderState | undefined {
  const builder = builderOf(build, reader);
  const ready = builder && readyOf(builder);
  const readyAt = ready?.status === 'True' ? parseTime(ready.lastTransitionTime) : undefined;
  const { endpoint, version = '' } = builder?.status ?? {};
  return readyAt === undefined || endpoint === undefined
    ? undefined
    : { readyAt, text: `${endpoint} ${version}`.trim() };
}

/** The builder that the Build names; one that sleeps is asked to wake. Throws a waiting outcome while it is not ready. */
export async function findBuilder(build: Build, context: Context): Promise<ReadyBuilder> {
  const name = builderName(build);
  const builder = builderOf(build, context.reader);
  if (builder === undefined) throw waiting(REASONS.BuilderNotFound, `Builder ${name} is not there`);
  const { endpoint } = builder.status ?? {};
  const ready = readyOf(builder);
  if (ready?.status === 'True' && endpoint !== undefined) {
    const { maxParallelBuilds: limit = DEFAULT_LIMIT } = builder.spec;
    return { name, limit, endpoint: endpointOf(builder, endpoint, context.reader) };
  }
  if (ready?.reason === REASONS.BuilderIdle) {
    await wake(builder, context);
    throw waiting(REASONS.BuilderStarting, `Builder ${name} is being started`);
  }
  const said = ready === undefined ? 'it was not looked at yet' : `${ready.reason}: ${ready.message}`;
  const isStarting = ready?.reason === REASONS.BuilderStarting;
  throw waiting(isStarting ? REASONS.BuilderStarting : REASONS.BuilderNotReady, `Builder ${name}: ${said}`);
}

/** Once for each time that it went to sleep. */
async function wake(builder: Builder, { client, clock, signal }: Context): Promise<void> {
  const wanted = parseTime(builder.metadata.annotations?.[BUILDER_WANTED_ANNOTATION] ?? '');
  const lastUsed = parseTime(builder.status?.lastUsedTime ?? '') ?? 0;
  if (wanted !== undefined && wanted > lastUsed) return;
  const patch = { metadata: { annotations: { [BUILDER_WANTED_ANNOTATION]: formatTime(clock.now()) } } };
  await client.patch(refOf(builder), patch, { type: 'merge', signal });
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
