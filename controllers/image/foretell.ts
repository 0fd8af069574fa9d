import type { Images } from '../../runtime/ports/images.ts';
import type { Image } from '../../schemas/gen/types.ts';
import type { PlanContext, Planned } from '../engine/contract.ts';
import { changedFields, changedText } from '../engine/planning/changed-fields.ts';
import { isUnused } from './implicit.ts';
import { PULL_REQUEST_ANNOTATION, sourceFingerprint } from './names.ts';
import { planImage } from './plan.ts';
import { fullReference, neverPull, pullSecrets, wholeRecord } from './reconcile.ts';

/** As much of the port as only looks. */
export type ImagesView = Pick<Images, 'get' | 'verify'>;

/** What would be done for an Image. */
export async function foretellImage(image: Image, context: PlanContext, images: ImagesView): Promise<Planned> {
  const reference = fullReference(image);
  if (image.metadata.deletionTimestamp !== undefined) return removed(reference, 'the object is deleted');
  if (isUnused(image, context.reader)) return removed(reference, 'no Container needs it any more');
  const record = await wholeRecord(image, context, images);
  const plan = planImage(image, record, sourceFingerprint(image));
  if (plan.type === 'Ready') return { action: 'None', message: `${reference} is in the store`, steps: [] };
  if (plan.type === 'NeverPull') throw neverPull(reference);
  pullSecrets(image, context);
  const { archive } = image.spec;
  const cause = record === undefined ? plan.cause : whyAgain(image, context);
  const [action, target, word] =
    archive === undefined ? (['Pull', reference, 'pulled'] as const) : (['Load', archive.path, 'loaded'] as const);
  return { action, message: `${target} is ${word}, because ${cause}`, steps: [{ type: action, target, cause }] };
}

function whyAgain(image: Image, { before }: PlanContext): string {
  const { namespace, name, annotations } = image.metadata;
  const present = before.get<Image>(image, namespace, name);
  const fields = changedText(changedFields(present, image));
  if (fields !== '') return fields;
  const asked = annotations?.[PULL_REQUEST_ANNOTATION];
  return asked === undefined ? 'what is in the store is of another source' : 'the registry is to be asked again';
}

function removed(target: string, cause: string): Planned {
  const message = `removed from the store, because ${cause}; content that others hold stays`;
  return { action: 'Delete', message, steps: [{ type: 'Delete', target, cause }] };
}
