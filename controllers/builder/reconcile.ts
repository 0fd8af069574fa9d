import type { RuntimeError } from '../../runtime/errors.ts';
import type { Builder } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { formatBuilderEndpoint } from '../../schemas/values/builder-endpoint.ts';
import { settled, type Outcome } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { within } from '../engine/timers.ts';
import { removeParts } from './container.ts';
import type { ContactState } from './contacts.ts';
import { demandOf, type Demand } from './demand.ts';
import type { BuilderDeps, Context } from './deps.ts';
import { describe, summary } from './describe.ts';
import { placeFound } from './found.ts';
import { givenEndpoint } from './given.ts';
import { endHung, halt, idleIn, placeManaged } from './managed.ts';
import { managedType, restText, runnerOfType, type Place } from './place.ts';
import { prune } from './prune.ts';

/** Most builders answer at once, and then nobody has to be told that they are asked. */
const FIRST_ANSWER_MS = 500;
/** A better one may come any moment, and nothing tells us when. */
const SEARCH_MS = 15_000;

/** A Builder is ready when somebody answers where it is, or when it is one that we start as soon as it is needed. */
export async function reconcileBuilder(builder: Builder, context: Context, deps: BuilderDeps): Promise<Outcome> {
  const demand = demandOf(builder, context.reader);
  const place = await placeOf(builder, demand, context, deps);
  const { activeBuilds } = context.status.current;
  context.status.set({ activeBuilds: demand.running });
  if (place.type !== 'endpoint') return withoutEndpoint(builder, place, context, deps);
  const contact = deps.contacts.at(keyOf(builder), place.endpoint);
  if (activeBuilds !== undefined && demand.running < activeBuilds) contact.worked();
  if (contact.state.type === 'asking') await within(deps.timers, FIRST_ANSWER_MS, contact.first);
  const url = formatBuilderEndpoint(place.endpoint);
  // While it comes up it is not reachable: nobody should try.
  const { state } = contact;
  if (state.type !== 'up') return away(builder, url, place, state, context, deps);
  await report(url, place, state, context, deps);
  const again = [prune(builder, contact, context, deps)];
  if (place.managed !== undefined) again.push(idleIn(builder, demand, context));
  const next = Math.min(...again.map((ms) => ms ?? Infinity));
  return settled(Number.isFinite(next) ? next : undefined);
}

async function placeOf(builder: Builder, demand: Demand, context: Context, deps: BuilderDeps): Promise<Place> {
  const { endpoint, managed = false } = builder.spec;
  if (managed) return placeManaged(builder, demand, context, deps);
  if (endpoint === undefined) return placeFound(builder, demand, context, deps);
  if (runnerOfType(context.status.current.type) !== undefined) await halt(builder, context, deps);
  return { type: 'endpoint', endpoint: givenEndpoint(builder, endpoint, context) };
}

/** Ours, and not running: stopped until somebody needs it, or on its way. */
function withoutEndpoint(
  builder: Builder,
  place: Exclude<Place, { type: 'endpoint' }>,
  { status }: Context,
  { contacts }: BuilderDeps,
): Outcome {
  contacts.drop(keyOf(builder));
  const isSame = runnerOfType(status.current.type) === place.managed;
  status.set({ ...(isSame ? {} : NOTHING), type: managedType(place.managed), endpoint: undefined });
  if (place.type === 'idle') {
    const message = restText(place.managed);
    status.condition({ type: 'Ready', status: 'True', reason: REASONS.BuilderIdle, message });
    return settled(place.managed === 'container' && builder.spec.managed !== true ? SEARCH_MS : undefined);
  }
  if (place.type === 'failed') {
    const { message, reason = REASONS.BuilderUnavailable, retryMs } = place;
    return { type: 'waiting', reason, message, ...(retryMs === undefined ? {} : { requeueAfterMs: retryMs }) };
  }
  status.condition({ type: 'Ready', status: 'False', reason: REASONS.BuilderStarting, message: place.message });
  return { type: 'progressing', reason: REASONS.BuilderStarting, message: place.message };
}

/** What was said of another builder is not true of this one. */
const NOTHING = {
  version: undefined,
  workers: undefined,
  platforms: undefined,
  exporters: undefined,
  landing: undefined,
  sharesContainerd: undefined,
  containerdNamespace: undefined,
  cache: undefined,
} as const;

/** Nobody answers there, or not yet. What was last seen of it stays. */
async function away(
  builder: Builder,
  url: string,
  { managed }: Place & { type: 'endpoint' },
  state: Exclude<ContactState, { type: 'up' }>,
  context: Context,
  deps: BuilderDeps,
): Promise<Outcome> {
  const { status, event } = context;
  if (managed !== undefined) status.set({ type: managedType(managed), endpoint: undefined });
  else status.set({ ...(status.current.endpoint === url ? {} : { ...NOTHING, type: undefined }), endpoint: url });
  if (state.type === 'asking') {
    const message = `${url} is asked who it is`;
    status.condition({ type: 'Ready', status: 'False', reason: REASONS.BuilderStarting, message });
    return { type: 'progressing', reason: REASONS.BuilderStarting, message };
  }
  const { reason, message } = explain(url, managed !== undefined, state.error);
  const before = (status.current.conditions ?? []).find(({ type }) => type === 'Ready');
  if (before?.status === 'True') event('Warning', reason, message);
  if (managed !== undefined) await endHung(builder, managed, state.since, deps);
  return { type: 'waiting', reason, message, requeueAfterMs: SEARCH_MS };
}

function explain(url: string, isOurs: boolean, error: RuntimeError): { reason: string; message: string } {
  const { code, message } = error;
  switch (code) {
    case 'Unsupported':
      return { reason: error.reason ?? REASONS.BuilderTooOld, message: `${url}: ${message}` };
    case 'Unauthorized':
      return { reason: error.reason ?? REASONS.Unauthorized, message: `${url}: ${message}` };
    default: {
      const hint = isOurs ? '' : '; start it, or change spec.endpoint';
      return {
        reason: error.reason ?? REASONS.BuilderUnavailable,
        message: `${url} does not answer: ${message}${hint}`,
      };
    }
  }
}

async function report(
  url: string,
  { managed }: Place & { type: 'endpoint' },
  { facts, cache }: ContactState & { type: 'up' },
  { status }: Context,
  { containerdUuid }: BuilderDeps,
): Promise<void> {
  const ownUuid = facts.containerdUuid === undefined ? undefined : await containerdUuid();
  const isAnother = managed === undefined && status.current.endpoint !== url;
  status.set({
    ...(isAnother ? NOTHING : {}),
    containerdNamespace: undefined,
    ...describe(facts, managed, ownUuid),
    endpoint: url,
    ...(cache === undefined ? {} : { cache: { ...cache } }),
  });
  status.condition({ type: 'Ready', status: 'True', reason: REASONS.BuilderFound, message: summary(facts) });
}

/** Ending what we run takes a while, in which Builds must not turn to it. */
async function tellDeleting({ status }: Context): Promise<void> {
  const message = 'it is being deleted';
  status.condition({ type: 'Ready', status: 'False', reason: REASONS.Deleting, message });
  if (runnerOfType(status.current.type) !== undefined) await status.flush();
}

/** Nothing of it runs, and its state is gone. */
export async function finalizeBuilder(builder: Builder, context: Context, deps: BuilderDeps): Promise<Outcome> {
  const key = keyOf(builder);
  const { running } = demandOf(builder, context.reader);
  if (running > 0) {
    const message = `${running} ${running === 1 ? 'Build runs' : 'Builds run'} on it`;
    return { type: 'waiting', reason: REASONS.InUse, message };
  }
  await tellDeleting(context);
  await Promise.all([deps.starts.cancel(key), deps.prunes.cancel(key)]);
  deps.contacts.drop(key);
  await deps.programs.remove(builder.metadata.name);
  const left = await removeParts(builder, context);
  return left.length === 0
    ? settled()
    : { type: 'progressing', reason: REASONS.Deleting, message: `waits for ${left.join(', ')} to go` };
}
