import type { Build, BuildStatus } from '../../schemas/gen/types.ts';
import { BUILD_REQUEST_ANNOTATION, CANCEL_BUILD_ANNOTATION } from '../../schemas/values/build-annotations.ts';
import type { KindRef } from '../../schemas/object.ts';
import { canonicalJson } from '../../schemas/values/fingerprint.ts';
import type { PlanContext, Planned, PlannedStep, Reader } from '../engine/contract.ts';
import { keyOf, refOf } from '../engine/keys.ts';
import type { Looks } from '../engine/looks.ts';
import { changedFields, changedText } from '../engine/planning/changed-fields.ts';
import { builderName, builderState } from './builder.ts';
import type { ContextView } from './context-look.ts';
import { decide, type Decision } from './decide.ts';
import { buildFailureText } from './failure.ts';
import { credentialVersions, resolveInputs } from './inputs.ts';
import type { Jobs } from './jobs.ts';
import { buildKey, describeChange, keyParts, type KeyParts } from './key.ts';
import { BUILD, IMAGE } from './names.ts';
import { objectContexts } from './neighbours.ts';
import { checkEntitlements, isOnlyImage } from './outputs.ts';
import type { Results } from './results.ts';
import { CAUSES } from './start.ts';

/** As much of what a pass has as only looks. Files are not looked at for the sake of a question. */
export interface BuildView {
  readonly looks: Pick<Looks<ContextView>, 'peek'>;
  readonly jobs: Pick<Jobs, 'get'>;
  readonly results: Pick<Results, 'find'>;
  readonly allowEntitlements: readonly string[];
  readonly platform: string;
}

/** Stands for a key that nobody knows before files are looked at, or others are built. */
const UNKNOWN_KEY = 'not known yet';

/** What would be done for a Build: the decision of each pass, over what is known of all that goes in. */
export async function foretellBuild(build: Build, context: PlanContext, view: BuildView): Promise<Planned> {
  const { spec, status = {}, metadata } = build;
  if (metadata.deletionTimestamp !== undefined) return deleted(build);
  if (spec.suspend === true) return none('suspended: nothing is built');
  if (spec.revertTo !== undefined) return reverted(spec.revertTo, status);
  checkEntitlements(build, view.allowEntitlements);
  const coming = await whatComes(build, context);
  const after = partsOf(build, context.reader, view, coming !== undefined);
  const present = context.before.get<Build>(BUILD, metadata.namespace, metadata.name);
  const change = changeOf(build, present, after.parts, coming, context, view);
  const decision = decide({
    key: change.key,
    status,
    job: view.jobs.get(keyOf(build)),
    lost: await isLost(status, context, view),
    request: metadata.annotations?.[BUILD_REQUEST_ANNOTATION],
    cancelled: numberOf(metadata.annotations?.[CANCEL_BUILD_ANNOTATION]),
    backoffLimit: spec.backoffLimit ?? 0,
    onlyImage: isOnlyImage(build),
    generation: metadata.generation,
    credentials: credentialVersions(after.inputs),
    builder: builderState(build, context.reader),
    now: context.clock.now(),
  });
  return told(decision, change.cause, build, context.reader);
}

const none = (message: string): Planned => ({ action: 'None', message, steps: [] });

function numberOf(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

async function isLost({ recordName }: BuildStatus, { signal }: PlanContext, { results }: BuildView): Promise<boolean> {
  return recordName !== undefined && (await results.find(recordName, signal)) === undefined;
}

/** Everything that goes in, with files as they were last looked at and bases as they were last found. */
function partsOf(build: Build, reader: Reader, { looks, platform }: BuildView, isComing = false) {
  const inputs = resolveInputs(build, reader, platform);
  const look = looks.peek(keyOf(build));
  const files = look?.type === 'known' ? look.value : undefined;
  const bases = (build.status?.bases ?? []).flatMap(({ reference, digest }) =>
    reference === undefined ? [] : [{ reference, ...(digest === undefined ? {} : { digest }) }],
  );
  // What comes has no content yet, or not the one that counts.
  const objects = isComing ? {} : objectContexts(build, reader);
  const parts = keyParts(build, inputs, files ?? NO_FILES, objects, bases);
  return { inputs, parts, areFilesKnown: files !== undefined };
}

const NO_FILES: ContextView = {
  named: {},
  layouts: {},
  definition: { directory: '', filename: '' },
  definitionDigest: '',
  references: [],
};

interface Change {
  readonly key: string;
  readonly cause: string;
}

/** What differs from what there is. Where nothing does, the key is the one that is known. */
function changeOf(
  build: Build,
  present: Build | undefined,
  after: KeyParts,
  coming: string | undefined,
  context: PlanContext,
  view: BuildView,
): Change {
  if (present === undefined) return { key: UNKNOWN_KEY, cause: 'it was never built' };
  if (coming !== undefined) return { key: UNKNOWN_KEY, cause: coming };
  const before = partsOf(present, context.before, view);
  const files = FILES.filter((name) => canonicalJson(present.spec[name]) !== canonicalJson(build.spec[name]));
  if (files.length > 0) {
    const cause = `${changedText(files.map((name) => `spec.${name}`))}, and the files are looked at again`;
    return { key: UNKNOWN_KEY, cause };
  }
  if (canonicalJson(before.parts) === canonicalJson(after)) {
    const known = build.status?.lastBuild?.key ?? build.status?.key ?? UNKNOWN_KEY;
    return { key: before.areFilesKnown ? buildKey(after) : known, cause: 'what goes in changed' };
  }
  const fields = changedText(changedFields(present, build));
  const cause = fields === '' ? describeChange(before.parts, after) : fields;
  return { key: before.areFilesKnown ? buildKey(after) : UNKNOWN_KEY, cause };
}

/** Fields that say where files are: what is in them is found out by looking. */
const FILES = ['context', 'contexts', 'dockerfile'] as const;

type Named = KindRef & { readonly name: string };

/** An object that it is built from would have other content. */
async function whatComes(
  { metadata, spec, status }: Build,
  { reader, planOf }: PlanContext,
): Promise<string | undefined> {
  const { namespace } = metadata;
  const named = (spec.contexts ?? []).flatMap(({ build, image }): Named[] => [
    ...(build === undefined ? [] : [{ ...BUILD, name: build.name }]),
    ...(image === undefined ? [] : [{ ...IMAGE, name: image.name }]),
  ]);
  const bases = (status?.bases ?? []).flatMap(({ source }): Named[] => {
    const [kind, name] = source?.split('/') ?? [];
    if (name === undefined || (kind !== 'Build' && kind !== 'Image')) return [];
    return [{ ...(kind === 'Build' ? BUILD : IMAGE), name }];
  });
  for (const { name, ...kind } of [...named, ...bases]) {
    const object = reader.get(kind, namespace, name);
    const planned = object && (await planOf(refOf(object)));
    if (planned !== undefined && COMING.has(planned.action)) return `${kind.kind} ${name} will have other content`;
  }
  return undefined;
}

const COMING: ReadonlySet<string> = new Set(['Build', 'Pull', 'Load']);

function told(decision: Decision, cause: string, build: Build, reader: Reader): Planned {
  const { lastBuild } = build.status ?? {};
  switch (decision.type) {
    case 'current':
      return none('its result was made from everything that goes in now');
    case 'building':
      return none(`build ${lastBuild?.number} is under way`);
    case 'adopt': {
      const why = `build ${decision.entry.number} was made from just this`;
      const steps = [{ type: 'Adopt', target: `build ${decision.entry.number}`, cause: why }];
      return { action: 'Update', message: `nothing is built: ${why}`, steps };
    }
    case 'supersede':
      return building(build, cause, reader, [{ type: 'Cancel', target: `build ${lastBuild?.number}`, cause }]);
    case 'failed':
    case 'wait': {
      const { failure } = decision;
      const message = `waits: ${failure.reason}: ${buildFailureText(lastBuild?.number, failure)}`;
      return { action: 'Wait', message, steps: [] };
    }
    case 'build':
      return building(build, decision.why === 'changed' ? cause : CAUSES[decision.why], reader, []);
  }
}

function building(build: Build, cause: string, reader: Reader, first: readonly PlannedStep[]): Planned {
  const name = builderName(build);
  const isUp = builderState(build, reader) !== undefined;
  const waits = isUp
    ? []
    : [{ type: 'AwaitBuilder', target: name, cause: `Builder ${name} cannot be reached at present` }];
  const target = build.spec.reference === undefined ? {} : { target: build.spec.reference };
  const steps = [...first, ...waits, { type: 'Build', ...target, cause }];
  return { action: 'Build', message: `built, because ${cause}`, steps };
}

function reverted(number: number, { history = [], number: used }: BuildStatus): Planned {
  if (used === number) return none(`build ${number} is in use, as spec.revertTo says`);
  if (!history.some((entry) => entry.number === number)) {
    return { action: 'Wait', message: `waits: spec.revertTo: there is no result ${number}`, steps: [] };
  }
  const cause = 'spec.revertTo says so';
  const steps = [{ type: 'Revert', target: `build ${number}`, cause }];
  return { action: 'Update', message: `the result of build ${number} is used, because ${cause}`, steps };
}

function deleted({ spec, status }: Build): Planned {
  const cause = 'the object is deleted';
  const target = spec.reference ?? status?.recordName;
  const message = 'deleted with its results and logs; containers that run keep what they were made of';
  return { action: 'Delete', message, steps: [{ type: 'Delete', ...(target === undefined ? {} : { target }), cause }] };
}
