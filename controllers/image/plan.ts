import type { ImageRecord } from '../../runtime/ports/images.ts';
import type { Image } from '../../schemas/gen/types.ts';
import { FINGERPRINT_LABEL } from './names.ts';

export type ImagePlan =
  | { readonly type: 'Ready'; readonly record: ImageRecord }
  /** It is not there, and nobody may fetch it. */
  | { readonly type: 'NeverPull' }
  | { readonly type: 'Fetch'; readonly cause: string };

/** `record`: what the store has for it, whole, of the present source or a former one. Pure. */
export function planImage({ spec }: Image, record: ImageRecord | undefined, source: string): ImagePlan {
  const isNever = spec.pullPolicy === 'Never';
  if (record !== undefined && (isNever || record.labels[FINGERPRINT_LABEL] === source))
    return { type: 'Ready', record };
  if (isNever) return { type: 'NeverPull' };
  return {
    type: 'Fetch',
    cause: record === undefined ? 'it is not in the store' : 'what it is to be made from changed',
  };
}
