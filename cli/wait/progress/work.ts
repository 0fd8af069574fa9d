/** What an object that is waited for is busy with: pure. */
import type { Build, Container, Image } from '../../../schemas/gen/types.ts';
import type { Condition, KubeObject } from '../../../schemas/object.ts';
import { groupOf } from '../../../schemas/api-version.ts';
import { cleanLine } from '../../../schemas/values/build-progress/clean-text.ts';
import { computeStatus } from '../../../schemas/values/kstatus.ts';

/** How much of something is done. */
export interface Share {
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'steps';
}

export interface Work {
  /** Same for as long as it is about the same; `UNSEEN`: nobody has looked at the object yet. */
  readonly state: string;
  /** For a person, on one line. */
  readonly text: string;
  readonly share?: Share;
}

export const UNSEEN = 'Unseen';

/** `image`: what a Container is made of, where somebody found it. */
export function workOf(object: KubeObject | undefined, image?: Image): Work {
  if (object === undefined) return { state: UNSEEN, text: 'is not there' };
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp !== undefined)
    return { state: 'Deleting', text: `is being deleted, held by ${finalizers.join(', ') || 'nobody'}` };
  const work = ownWork(object);
  const isPulling = isOurs(object, 'Container') && work.state === 'ImagePulling';
  return (isPulling && image !== undefined ? pullOf(image) : undefined) ?? work;
}

/** The reference that a Container waits for; undefined: it waits for nothing of the kind. */
export function pulledBy(object: KubeObject): string | undefined {
  if (!isOurs(object, 'Container') || ownWork(object).state !== 'ImagePulling') return undefined;
  return (object as Container).spec.image;
}

function ownWork(object: KubeObject): Work {
  if (isOurs(object, 'Image')) return pullOf(object as Image) ?? conditionWork(object);
  if (isOurs(object, 'Build')) return buildOf(object as Build) ?? conditionWork(object);
  return conditionWork(object);
}

const isOurs = ({ apiVersion, kind }: KubeObject, wanted: string): boolean =>
  kind === wanted && groupOf(apiVersion) === 'tsmoby.dev';

function pullOf({ spec, status }: Image): Work | undefined {
  const { phase, completedBytes = 0, totalBytes = 0, layers = 0, layersDone = 0 } = status?.progress ?? {};
  if (phase === undefined) return undefined;
  const what = spec.archive === undefined ? oneLine(spec.reference ?? '') : 'its archive';
  if (phase === 'Resolving') return { state: phase, text: `looking for ${what}` };
  const text = `${phase === 'Downloading' ? 'pulling' : phase.toLowerCase()} ${what}, ${layersDone} of ${layers} layers`;
  if (phase === 'Downloading' && totalBytes > 0)
    return { state: phase, text, share: { done: completedBytes, total: totalBytes, unit: 'bytes' } };
  return { state: phase, text };
}

function buildOf({ status }: Build): Work | undefined {
  const { phase, completedSteps = 0, totalSteps = 0 } = status?.lastBuild ?? {};
  if (phase !== 'Running') return undefined;
  const running = status?.steps?.find((step) => step.running === true)?.name;
  const text = running === undefined ? 'building' : `building: ${oneLine(running)}`;
  if (totalSteps === 0) return { state: 'Building', text };
  return { state: 'Building', text, share: { done: completedSteps, total: totalSteps, unit: 'steps' } };
}

interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly Condition[] };
}

function conditionWork(object: KubeObject): Work {
  const { state, message } = computeStatus(object);
  const text = oneLine(message);
  const conditions = (object as Conditioned).status?.conditions ?? [];
  const find = (type: string): Condition | undefined => conditions.find((one) => one.type === type);
  if (state === 'Current') return { state, text };
  const told = [find('Stalled'), find('Reconciling')].find((one) => one?.status === 'True') ?? find('Ready');
  // what is said of an older generation is no news
  if (told === undefined || oneLine(told.message || told.reason) !== text) return { state: UNSEEN, text };
  return { state: told.reason, text };
}

const oneLine = (text: string): string => cleanLine(text.replaceAll(/\s+/g, ' ').trim(), { colours: false });
