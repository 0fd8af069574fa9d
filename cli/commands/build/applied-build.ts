import type { Build } from '../../../schemas/gen/types.ts';

/** A Build as it was applied. */
export interface AppliedBuild {
  readonly object: Build;
  /** As it was before; undefined: it was not there. */
  readonly before: Build | undefined;
}
