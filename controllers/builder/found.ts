/** Which builder a spec that names none gets. */
import type { BuilderEndpoint, BuilderFacts } from '../../runtime/ports/builders.ts';
import type { Builder } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import {
  BuilderEndpointError,
  formatBuilderEndpoint,
  parseBuilderEndpoint,
} from '../../schemas/values/builder-endpoint.ts';
import { keyOf } from '../engine/keys.ts';
import type { Demand } from './demand.ts';
import type { BuilderDeps, Context } from './deps.ts';
import { inTime } from './in-time.ts';
import { halt, placeManaged } from './managed.ts';
import { runnerOfType, type Place } from './place.ts';

/** A builder that was found keeps its cache; it has to be away for so long until another one is looked for. */
const GONE_MS = 30_000;
const ANSWER_MS = 3000;

/**
 * What was found stays chosen, though not for ever when it is gone. In this order: buildkitd, a dockerd whose BuildKit gives images away as we need
 * them, a program that we run, any other dockerd, and a Container.
 */
export async function placeFound(
  builder: Builder,
  demand: Demand,
  context: Context,
  deps: BuilderDeps,
): Promise<Place> {
  const { type, endpoint } = context.status.current;
  const chosen = socketOf(type, endpoint);
  if (chosen !== undefined && !isGone(builder, chosen, deps)) return { type: 'endpoint', endpoint: chosen };
  const runner = runnerOfType(type);
  const isKept = runner !== undefined && (runner !== 'container' || endpoint !== undefined || demand.waiting);
  if (isKept) return placeManaged(builder, demand, context, deps);
  const found = await search(deps, context.signal);
  if (found === undefined) return placeManaged(builder, demand, context, deps);
  if (runner !== undefined) await halt(builder, context, deps);
  const url = formatBuilderEndpoint(found);
  if (endpoint !== url) context.event('Normal', REASONS.BuilderFound, `found ${url}`);
  return { type: 'endpoint', endpoint: found };
}

/** The socket that was chosen, by status. */
function socketOf(type: string | undefined, endpoint: string | undefined): BuilderEndpoint | undefined {
  if (endpoint === undefined || runnerOfType(type) !== undefined) return undefined;
  try {
    return parseBuilderEndpoint(endpoint);
  } catch (error) {
    if (error instanceof BuilderEndpointError) return undefined;
    throw error;
  }
}

function isGone(builder: Builder, endpoint: BuilderEndpoint, { contacts, clock }: BuilderDeps): boolean {
  const { state } = contacts.at(keyOf(builder), endpoint);
  return state.type === 'down' && clock.now() - state.since >= GONE_MS;
}

/** A socket that answers; undefined: one that we run is better. */
async function search(deps: BuilderDeps, signal: AbortSignal): Promise<BuilderEndpoint | undefined> {
  const { programs, sockets } = await deps.programs.find();
  let second: BuilderEndpoint | undefined;
  for (const type of ['unix', 'docker'] as const) {
    for (const socket of sockets.filter((one) => one.type === type)) {
      const facts = await ask(socket, deps, signal);
      if (facts === undefined) continue;
      if (facts.landing !== 'DockerArchive') return socket;
      second ??= socket;
    }
  }
  return programs.length > 0 ? undefined : second;
}

async function ask(
  endpoint: BuilderEndpoint,
  { builders, timers }: BuilderDeps,
  signal: AbortSignal,
): Promise<BuilderFacts | undefined> {
  using builder = builders.open(endpoint);
  try {
    return await inTime(timers, ANSWER_MS, signal, (within) => builder.facts(within));
  } catch {
    // whoever listens there is no builder
    return undefined;
  }
}
