import { isRuntimeError } from '../../runtime/errors.ts';
import type { ImageRecord, Images } from '../../runtime/ports/images.ts';
import type { Image, ImageStatus, Secret } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { fullImageReference, ImageReferenceError } from '../../schemas/values/image-reference.ts';
import { formatTime } from '../../schemas/values/time.ts';
import { ReconcileError, settled, type Outcome, type ReconcileContext } from '../engine/contract.ts';
import { keyOf } from '../engine/keys.ts';
import { credentialsFor } from './credentials.ts';
import { FINGERPRINT_LABEL, PULL_REQUEST_ANNOTATION, recordName, sourceFingerprint } from './names.ts';
import { planImage } from './plan.ts';
import type { FetchWork, Pulls, PullState } from './pulls.ts';
import { describeProgress, recordStatus } from './status.ts';

type Context = ReconcileContext<ImageStatus>;

export interface ImageDeps {
  readonly images: Images;
  readonly pulls: Pulls;
  /** os/arch of this machine. */
  readonly platform: string;
}

/**
 * An Image is ready when its record is in the store, was made from the present source, and is whole. Else it is fetched, beside
 * the reconciler; what is there stays usable until the new one has replaced it.
 */
export async function reconcileImage(image: Image, context: Context, deps: ImageDeps): Promise<Outcome> {
  const reference = fullReference(image);
  const { status } = context;
  // Of the content, as soon as there is some: Containers find out by it which reference they would get.
  if (status.current.digest === undefined) status.set({ reference });
  const source = sourceFingerprint(image);
  const record = await wholeRecord(image, context, deps.images);
  const plan = planImage(image, record, source);
  if (plan.type === 'Ready') {
    deps.pulls.drop(keyOf(image));
    return ready(image, plan.record, { reference, source }, context);
  }
  if (plan.type === 'NeverPull') throw neverPull(reference);
  const secrets = pullSecrets(image, context);
  const attempt = fingerprint([source, secrets.map(({ metadata }) => [metadata.uid, metadata.resourceVersion])]);
  const work = fetchWork(image, reference, source, secrets, deps);
  const outcome = fetching(image, attempt, work, context, deps);
  return record === undefined ? unusable(outcome, context) : outcome;
}

/** The record goes, with all content that nothing else holds; a fetch under way goes first. */
export async function finalizeImage(image: Image, deps: ImageDeps): Promise<Outcome> {
  await deps.pulls.cancel(keyOf(image));
  await deps.images.delete(recordName(image));
  return settled();
}

/** Reference with registry host and tag, as everything below wants it; an archive needs none. */
export function fullReference({ spec, metadata }: Image): string {
  const written = spec.reference ?? `archive.local/${metadata.namespace}/${metadata.name}`;
  try {
    return fullImageReference(written);
  } catch (error) {
    if (!(error instanceof ImageReferenceError)) throw error;
    const message = `spec.reference: ${error.message}`;
    throw new ReconcileError({ type: 'stalled', reason: REASONS.InvalidImageName, message }, { cause: error });
  }
}

/** What the store has for it, of the present source or a former one, if that is whole. */
export async function wholeRecord(
  image: Image,
  { signal }: Pick<Context, 'signal'>,
  images: Pick<Images, 'get' | 'verify'>,
): Promise<ImageRecord | undefined> {
  const record = await images.get(recordName(image), signal);
  if (record === undefined) return undefined;
  return (await images.verify(record, signal)) ? record : undefined;
}

export const neverPull = (reference: string): ReconcileError =>
  waiting(REASONS.ErrImageNeverPull, `${reference} is not in the store, and pullPolicy is Never`);

function ready(
  image: Image,
  record: ImageRecord,
  { reference, source }: { readonly reference: string; readonly source: string },
  { status, event, clock }: Context,
): Outcome {
  const { archive } = image.spec;
  const reason = archive === undefined ? REASONS.Pulled : REASONS.Loaded;
  if (status.current.sourceFingerprint !== source || status.current.digest !== record.digest) {
    status.set({ lastPullTime: formatTime(clock.now()) });
    const from = archive === undefined ? '' : ` from ${archive.path}`;
    event('Normal', reason, `${reference}${from} is here: ${record.manifestDigest}`);
  }
  status.set({
    reference,
    ...recordStatus(record, source),
    observedPullRequest: image.metadata.annotations?.[PULL_REQUEST_ANNOTATION],
    progress: undefined,
  });
  status.condition({ type: 'Ready', status: 'True', reason, message: record.manifestDigest });
  return settled();
}

/** Credentials that are missing are waited for: without them a private image looks as if it did not exist. */
export function pullSecrets(image: Image, { reader }: Pick<Context, 'reader'>): readonly Secret[] {
  const { namespace = '' } = image.metadata;
  return (image.spec.imagePullSecrets ?? []).map(({ name }) => {
    const secret = reader.get<Secret>({ apiVersion: 'v1', kind: 'Secret' }, namespace, name);
    if (secret === undefined)
      throw waiting(REASONS.SecretNotFound, `imagePullSecret ${namespace}/${name} is not there`);
    return secret;
  });
}

function fetchWork(
  image: Image,
  reference: string,
  source: string,
  secrets: readonly Secret[],
  { images, platform }: ImageDeps,
): FetchWork {
  const { namespace = '', name, uid } = image.metadata;
  const { archive, insecure = false } = image.spec;
  const common = {
    name: recordName(image),
    owner: { kind: 'Image', namespace, name, uid },
    labels: { [FINGERPRINT_LABEL]: source },
    platform: image.spec.platform ?? platform,
  };
  if (archive !== undefined) {
    const select = archive.select === undefined ? {} : { select: archive.select };
    return (progress, signal) => images.load({ ...common, path: archive.path, ...select }, progress, signal);
  }
  const credentials = credentialsFor(reference, secrets);
  const request = { ...common, reference, insecure, ...(credentials === undefined ? {} : { credentials }) };
  return (progress, signal) => images.pull(request, progress, signal);
}

/** Where the fetch stands: not begun, under way, or failed and waiting. What is there already stays ready to be used. */
function fetching(image: Image, attempt: string, work: FetchWork, context: Context, deps: ImageDeps): Outcome {
  const key = keyOf(image);
  const state = deps.pulls.state(key, attempt);
  if (state === undefined || (state.type === 'failed' && state.retryAt <= context.clock.now())) {
    deps.pulls.start(key, attempt, work);
    return underWay(image, { type: 'running' }, context);
  }
  // Fetched, and yet the store does not have it whole: somebody took it away, or the content is broken at its source.
  if (state.type === 'done') return failed(deps.pulls.vanished(key, MISSING), context);
  return state.type === 'running' ? underWay(image, state, context) : failed(state, context);
}

const MISSING = 'the image was fetched, and is not in the store';

function underWay(image: Image, { progress }: PullState & { type: 'running' }, { status }: Context): Outcome {
  if (progress !== undefined) status.set({ progress });
  const reason = image.spec.archive === undefined ? REASONS.ImagePulling : REASONS.Loading;
  return { type: 'progressing', reason, message: describeProgress(progress) };
}

function failed(state: PullState & { type: 'failed' }, { status, event, clock }: Context): Outcome {
  const { error } = state;
  status.set({ progress: undefined });
  if (isRuntimeError(error, 'InvalidArgument', 'Unsupported')) throw error;
  const reason = (isRuntimeError(error) && error.reason) || REASONS.ErrImagePull;
  const message = error instanceof Error ? error.message : String(error);
  const before = status.current.conditions?.find(({ type }) => type === 'Reconciling');
  if (before?.message !== message) event('Warning', reason, message);
  return { type: 'progressing', reason, message, requeueAfterMs: Math.max(1, state.retryAt - clock.now()) };
}

/** Nothing is there that could be used meanwhile. */
function unusable(outcome: Outcome, { status }: Context): Outcome {
  if (outcome.type !== 'progressing') return outcome;
  const { reason, message } = outcome;
  status.condition({ type: 'Ready', status: 'False', reason, message });
  return outcome.requeueAfterMs === undefined ? outcome : { ...outcome, type: 'waiting' };
}

const waiting = (reason: string, message: string): ReconcileError =>
  new ReconcileError({ type: 'waiting', reason, message });
