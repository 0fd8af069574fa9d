import type { KubeObject } from '../../../schemas/object.ts';
import type { Clock, Log } from '../contract.ts';
import type { Sight } from './foresight.ts';

/** What questions are answered from. */
export interface Planning {
  /** Every controller, with what it reads of the objects that there are. */
  readonly sights: readonly Omit<Sight, 'reader'>[];
  /** The object as it is, of whatever kind. */
  readonly find: (
    object: { readonly apiVersion: string; readonly kind: string },
    key: string,
  ) => KubeObject | undefined;
  readonly clock: Clock;
  readonly log: Log;
}
