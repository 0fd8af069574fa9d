import type { Build, Image } from '../../../schemas/gen/types.ts';
import type { Outcome, PlanContext, PlannedStep } from '../../engine/contract.ts';
import { refOf } from '../../engine/keys.ts';
import {
  beingDeleted,
  imageBefore,
  lastAsked,
  lastChanged,
  linkBuild,
  linkOf,
  mustAsk,
  neverPulled,
  notThere,
  type ImageLink,
} from '../image-link.ts';
import { findSource, IMAGE, normalized } from '../image-source.ts';
import type { Following } from '../rollout/revision.ts';
import type { ReadyImage } from '../work.ts';

/** Stands for the digest of content that nobody has yet: it is none that is there. */
export const UNKNOWN_DIGEST = 'not known yet';

type Known = Pick<ReadyImage, 'recordName' | 'manifestDigest'>;

export type ForetoldImage =
  | {
      readonly type: 'ready';
      readonly image: Pick<ReadyImage, 'manifestDigest'>;
      /** The content that is here already, and stays what it is as far as one can tell. */
      readonly content?: Known;
      /** What comes before, where the content has yet to come. */
      readonly step?: PlannedStep;
      /** It comes from a Build that will have another result. */
      readonly isBuilt?: boolean;
    }
  | { readonly type: 'blocked'; readonly outcome: Exclude<Outcome, { type: 'settled' }> };

/** As `linkImage`, and makes nothing: where an Image would be made, or content would come, that is a step. */
export async function foretellImage(container: Following, context: PlanContext): Promise<ForetoldImage> {
  const { reader } = context;
  const named = container.spec.imageFrom !== undefined;
  const source = findSource(container, reader);
  if (source === undefined) {
    if (named) return { type: 'blocked', outcome: notThere(container) };
    if (container.spec.imagePullPolicy === 'Never') return { type: 'blocked', outcome: neverPulled(container) };
    const target = normalized(container.spec.image ?? '');
    return coming({ type: 'Pull', target, cause: 'the image is not here yet' }, known(container, target, reader));
  }
  const { object } = source;
  const before = source.kind === 'Build' ? imageBefore(container, source.object, reader) : undefined;
  const comes = await whatComes(before ?? object, context);
  if (comes !== undefined) return { ...coming(comes), isBuilt: source.kind === 'Build' && before === undefined };
  if (source.kind === 'Build')
    return found(before === undefined ? linkBuild(container, source.object) : linkOf(container, before));
  if (object.metadata.deletionTimestamp !== undefined) return { type: 'blocked', outcome: beingDeleted(source.object) };
  return found(linkOf(container, source.object));
}

const coming = (step: PlannedStep, content?: Known): ForetoldImage & { readonly type: 'ready' } => ({
  type: 'ready',
  image: content ?? { manifestDigest: UNKNOWN_DIGEST },
  ...(content && { content }),
  step,
});

/** Somebody of the namespace has it, got in another way: a tag is taken to have stood still. */
function known({ metadata }: Following, value: string, reader: PlanContext['reader']): Known | undefined {
  const query = { namespace: metadata.namespace ?? '', index: { name: 'reference', value } };
  for (const { status } of reader.list<Image>(IMAGE, query)) {
    const { reference, recordName, manifestDigest } = status ?? {};
    if (reference === value && recordName !== undefined && manifestDigest !== undefined)
      return { recordName, manifestDigest };
  }
  return undefined;
}

const found = (link: ImageLink): ForetoldImage => (link.type === 'ready' ? { ...link, content: link.image } : link);

/** Other content than there is, by what its own controller would do. */
async function whatComes(object: Image | Build, { planOf }: PlanContext): Promise<PlannedStep | undefined> {
  const planned = await planOf(refOf(object));
  if (planned?.action !== 'Pull' && planned?.action !== 'Load' && planned?.action !== 'Build') return undefined;
  const [step] = planned.steps;
  return {
    type: 'AwaitImage',
    target: `${object.kind} ${object.metadata.name}`,
    cause: step?.cause ?? planned.message,
  };
}

/** Whether the registry is asked for it before another instance is made. */
export function asksFirst(container: Following, { reader }: PlanContext): PlannedStep | undefined {
  const source = findSource(container, reader);
  if (source?.kind !== 'Image' || !mustAsk(container, source.object)) return undefined;
  if (lastAsked(source.object) >= lastChanged(container)) return undefined;
  return {
    type: 'Pull',
    target: source.object.spec.reference ?? '',
    cause: 'the registry is asked whether it has changed',
  };
}
