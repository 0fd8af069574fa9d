import type { Container, Image } from '../../schemas/gen/types.ts';
import { canonicalJson } from '../../schemas/values/fingerprint.ts';

/** What is to be got, and how. Containers that say it differently have an Image each. */
export function wayOf({ spec }: Pick<Container, 'spec'> | Pick<Image, 'spec'>): string {
  const [reference, policy] =
    'image' in spec || 'imageFrom' in spec
      ? [spec.image, spec.imagePullPolicy]
      : [(spec as Image['spec']).reference, (spec as Image['spec']).pullPolicy];
  return canonicalJson([reference ?? null, policy ?? null, spec.imagePullSecrets ?? []]);
}
