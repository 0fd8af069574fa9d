import type { BuildSpec } from '../../../../schemas/gen/types.ts';
import type { Conversion } from '../conversion.ts';
import type { ServiceDraft } from '../service/draft.ts';

/** A Build while it is put together. */
export interface BuildDraft {
  readonly c: Conversion;
  readonly name: string;
  readonly service: ServiceDraft;
  readonly spec: { -readonly [K in keyof BuildSpec]: BuildSpec[K] };
  /** Keys of the Secret that goes with it, in base64. */
  readonly secretData: Record<string, string>;
  readonly at: (path: string) => string;
}
