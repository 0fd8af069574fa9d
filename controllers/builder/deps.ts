import type { BuilderPrograms } from '../../runtime/ports/builder-programs.ts';
import type { BuilderEndpoint, Builders } from '../../runtime/ports/builders.ts';
import type { BuilderStatus } from '../../schemas/gen/types.ts';
import type { ReconcileContext } from '../engine/contract.ts';
import type { Clock, Timers } from '../engine/environment.ts';
import type { Contacts } from './contacts.ts';
import type { Jobs } from './jobs.ts';

export const BUILDER = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Builder' } as const;

export type Context = ReconcileContext<BuilderStatus>;

/** What was pruned, and when. */
export interface Pruned {
  readonly records: number;
  readonly bytes: number;
}

export interface BuilderDeps {
  readonly builders: Builders;
  readonly programs: BuilderPrograms;
  readonly contacts: Contacts;
  readonly starts: Jobs<BuilderEndpoint>;
  readonly prunes: Jobs<Pruned>;
  readonly clock: Clock;
  readonly timers: Timers;
  /** What Builds may have beyond a sandbox: what we run has to allow it, too. */
  readonly allowEntitlements: readonly string[];
  /** Of the containerd of this daemon; undefined while that is away. */
  readonly containerdUuid: () => Promise<string | undefined>;
}
