/** Everything that goes into a build, found: the spec, what it refers to, files, bases. Whatever is missing is thrown as an outcome. */
import { isRuntimeError } from '../../runtime/errors.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseDuration } from '../../schemas/values/duration.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { formatTime } from '../../schemas/values/time.ts';
import { ReconcileError } from '../engine/contract.ts';
import {
  askRegistries,
  baseQuestion,
  heldBase,
  holderOf,
  knownDigests,
  pinnedDigest,
  REGISTRY,
  shownBases,
  type Base,
  type Held,
} from './bases.ts';
import { sourceTrouble } from '../engine/source-trouble.ts';
import { lookAtContexts, type ContextView } from './context-look.ts';
import { contextSources, watchedPaths, mayChange, type ContextSources } from './context-sources.ts';
import { resolveInputs, type Inputs } from './inputs.ts';
import { buildKey, keyParts, type KeyParts, type ObjectContexts } from './key.ts';
import { buildOfHolder, checkCycle, checkPushes, objectContexts } from './neighbours.ts';
import { checkEntitlements } from './outputs.ts';
import type { Visit } from './visit.ts';

export interface Found {
  readonly inputs: Inputs;
  readonly view: ContextView;
  readonly bases: readonly Base[];
  readonly objects: ObjectContexts;
  readonly parts: KeyParts;
  readonly key: string;
}

export function findAll(visit: Visit): Found {
  const { build, context, deps } = visit;
  const { reader, status } = context;
  const inputs = resolveInputs(build, reader, deps.platform);
  status.set({ reference: inputs.reference });
  checkEntitlements(build, deps.allowEntitlements);
  checkPushes(build, reader);
  const sources = contextSources(build, reader);
  deps.watches.keep(visit.key, build.spec.watch === true ? watchedPaths(build, sources) : []);
  const view = lookAtFiles(visit, sources, inputs);
  reportContext(visit, view);
  const { frontend } = view;
  const references = [...new Set([...(frontend === undefined ? [] : [frontend]), ...view.references])];
  const held = references.map((reference) => {
    // A front end runs on the builder, whatever it builds for.
    const platforms = reference === frontend ? [deps.platform] : inputs.platforms;
    return heldBase(build, reference, platforms, deps.platform, reader);
  });
  noteReferences(visit, references, held);
  checkCycle(
    build,
    held.flatMap((one) => buildOfHolder(holderOf(one))),
    reader,
  );
  const bases = findBases(visit, references, held, inputs);
  const objects = objectContexts(build, reader);
  const parts = keyParts(build, inputs, view, objects, bases);
  return { inputs, view, bases, objects, parts, key: buildKey(parts) };
}

const DEFAULT_CONTEXT_INTERVAL = '1m';
const DEFAULT_BASE_INTERVAL = '1h';

/** The files as they were last looked at; anew after a change of the spec, on request, when a watch told of a change, and from time to time. */
function lookAtFiles(visit: Visit, sources: ContextSources, inputs: Inputs): ContextView {
  const { build, deps, key } = visit;
  const { generation, uid } = build.metadata;
  const mayBeOther = mayChange(sources) || build.spec.dockerfile?.path?.startsWith('/') === true;
  const interval = mayBeOther ? parseDuration(build.spec.contextPolicy?.interval ?? DEFAULT_CONTEXT_INTERVAL) : 0;
  const question = fingerprint([uid, generation, visit.request, sources.versions, inputs.args]);
  const look = deps.looks.look(key, question, interval, (signal) =>
    lookAtContexts(build, sources, inputs, deps, signal),
  );
  if (look.type === 'pending') throw new NotKnownYet('looking at the context');
  visit.again(look.dueInMs);
  if (look.type === 'failed') throw contextTrouble(look.error);
  if (look.trouble === undefined) return look.value;
  if (!isRuntimeError(look.trouble, 'Unavailable', 'DeadlineExceeded', 'Unauthorized'))
    throw contextTrouble(look.trouble);
  // Whoever has the files is away: what was last seen of them counts meanwhile.
  visit.stale = look.trouble.message;
  return look.value;
}

/** Somebody finds it out, and the Build is woken then. */
export class NotKnownYet extends ReconcileError {
  constructor(message: string) {
    super({ type: 'progressing', reason: REASONS.Progressing, message });
  }
}

const contextTrouble = (error: unknown): unknown =>
  sourceTrouble(error, {
    notFound: REASONS.ContextNotFound,
    invalid: REASONS.ContextUnreadable,
    failed: REASONS.ContextFetchFailed,
  });

function reportContext({ context: { status, clock } }: Visit, { main }: ContextView): void {
  if (main === undefined) {
    status.set({ context: undefined });
    return;
  }
  const { digest, revision, files, bytes } = main;
  const before = status.current.context;
  const checkTime = before?.digest === digest ? before.checkTime : undefined;
  status.set({
    context: {
      digest,
      files,
      sizeBytes: bytes,
      checkTime: checkTime ?? formatTime(clock.now()),
      ...(revision === undefined ? {} : { revision }),
    },
  });
}

/** Whoever comes to hold one of them finds by it who is built from it; what is known of each stays. */
function noteReferences({ context: { status } }: Visit, references: readonly string[], held: readonly Held[]): void {
  const before = status.current.bases ?? [];
  const bases = references.map((reference, at) => {
    const known = before.find((base) => base.reference === reference);
    // What a registry said of it counts no more when an object has the reference.
    return known === undefined || (known.source === REGISTRY && held[at]?.type !== 'elsewhere') ? { reference } : known;
  });
  status.set({ bases: bases.length === 0 ? undefined : bases });
}

function findBases(
  visit: Visit,
  references: readonly string[],
  held: readonly Held[],
  inputs: Inputs,
): readonly Base[] {
  const { status, event } = visit.context;
  const asked = references.filter((reference, at) => held[at]?.type === 'elsewhere' && !pinnedDigest(reference));
  const known = knownDigests(status.current);
  const blocked = held.find((one) => one.type === 'blocked');
  if (blocked !== undefined) throw new ReconcileError(blocked.outcome);
  const digests = asked.length === 0 ? {} : registryDigests(visit, asked, inputs, known);
  const bases = references.map((reference, at): Base => {
    const holder = held[at];
    if (holder?.type === 'held') return holder.base;
    const digest = pinnedDigest(reference) ?? digests[reference];
    return { reference, ...(digest === undefined ? {} : { digest }) };
  });
  for (const { reference, digest } of bases) {
    const before = known[reference];
    if (before !== undefined && digest !== undefined && before !== digest) {
      event('Normal', REASONS.BaseChanged, `${reference} is ${digest} now`);
    }
  }
  if (bases.length > 0) status.set({ bases: shownBases(bases) });
  if (asked.length === 0) status.removeCondition('BasesCurrent');
  return bases;
}

/** What the registries said last; they are asked from time to time. What one does not say now, it said in former times. */
function registryDigests(
  visit: Visit,
  asked: readonly string[],
  inputs: Inputs,
  known: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { build, context, deps, key } = visit;
  const { status } = context;
  const interval = parseDuration(build.spec.basePolicy?.interval ?? DEFAULT_BASE_INTERVAL);
  if (interval === 0) {
    status.removeCondition('BasesCurrent');
    return {};
  }
  const question = fingerprint(baseQuestion(asked, inputs, visit.request ?? ''));
  const isServed = visit.request === undefined || visit.request === status.current.observedBuildRequest;
  const areKnown = isServed && asked.every((reference) => known[reference] !== undefined);
  if (areKnown && !deps.checks.hasAsked(key)) deps.checks.assume(key, question, { digests: known, errors: {} });
  const look = deps.checks.look(key, question, interval, (signal) =>
    askRegistries(asked, build, inputs, deps.registry, signal),
  );
  if (look.type === 'pending') {
    if (areKnown) return known;
    throw new NotKnownYet('asking registries for base images');
  }
  visit.again(look.dueInMs);
  const { digests, errors } =
    look.type === 'known' ? look.value : { digests: {}, errors: { registry: String(look.error) } };
  const [failed] = Object.values(errors);
  status.condition({
    type: 'BasesCurrent',
    status: failed === undefined ? 'True' : 'False',
    reason: failed === undefined ? REASONS.BasesChecked : REASONS.BaseCheckFailed,
    message: failed ?? `${asked.length} asked for`,
  });
  return { ...known, ...digests };
}
