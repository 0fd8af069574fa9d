import type { Container } from '../../schemas/gen/types.ts';

export type NetworkMode = 'none' | 'host' | 'cni' | 'shared';

/**
 * Whose network it has, from its spec alone, so that nothing that happens elsewhere makes it another. A container with interfaces has a namespace
 * of its own even while there are none: they come and go.
 */
export function networkMode({ spec }: Container): NetworkMode {
  if (spec.hostNetwork) return 'host';
  if (spec.networkMode === undefined) return 'cni';
  return spec.networkMode === 'none' ? 'none' : 'shared';
}
