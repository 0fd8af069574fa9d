import type { BuilderPrograms } from '../../runtime/ports/builder-programs.ts';
import type { Builders } from '../../runtime/ports/builders.ts';
import type { Builder, BuilderStatus } from '../../schemas/gen/types.ts';
import { tlsSecretOf } from '../../schemas/values/builder-endpoint.ts';
import { ELSEWHERE, settled, type Clock, type Controller, type EventSource } from '../engine/contract.ts';
import type { Log, Timers } from '../engine/environment.ts';
import { systemTimers } from '../engine/timers.ts';
import { watchedParts } from './container.ts';
import { Contacts } from './contacts.ts';
import { watchedBuilds } from './demand.ts';
import { BUILDER } from './deps.ts';
import { foretellBuilder } from './foretell.ts';
import { watchedSecrets } from './given.ts';
import { Jobs } from './jobs.ts';
import { finalizeBuilder, reconcileBuilder } from './reconcile.ts';

export interface BuilderControllerOptions {
  readonly builders: Builders;
  readonly programs: BuilderPrograms;
  /** Entitlements that Builds may have: network.host, security.insecure. */
  readonly allowEntitlements: readonly string[];
  /** Builders that belong to another machine are left alone. */
  readonly nodeName: string;
  /** Of the containerd of this daemon; undefined while that is away. */
  readonly containerdUuid: () => Promise<string | undefined>;
  readonly clock: Clock;
  readonly log: Log;
  /** Default: the machine's. */
  readonly timers?: Timers;
}

/** Somebody waits for a builder that does not come up. */
const LONGEST_START_WAIT_MS = 60_000;

/** Finds the BuildKits that Builder objects stand for, looks after them, and runs those that are ours. */
export function builderController(options: BuilderControllerOptions): Controller<Builder, BuilderStatus> {
  const { builders, programs, nodeName, clock, timers = systemTimers, containerdUuid, allowEntitlements } = options;
  const contacts = new Contacts({ builders, clock, timers });
  const starts = new Jobs<Awaited<ReturnType<BuilderPrograms['ensure']>>>(clock, LONGEST_START_WAIT_MS);
  const prunes = new Jobs<{ readonly records: number; readonly bytes: number }>(clock);
  const deps = { builders, programs, contacts, starts, prunes, clock, timers, containerdUuid, allowEntitlements };
  const isOurs = ({ spec }: Builder): boolean => spec.nodeName === undefined || spec.nodeName === nodeName;
  return {
    name: 'builder',
    kind: BUILDER,
    finalizer: 'tsmoby.dev/builder',
    indexes: { secret: (builder) => [tlsSecretOf(builder) ?? []].flat() },
    watches: [watchedBuilds, watchedSecrets, ...watchedParts, { kind: NAMESPACE, map: () => [] }],
    sources: [contacts.source, starts.source, prunes.source, leftovers(options)],
    async reconcile(builder, context) {
      return isOurs(builder) ? reconcileBuilder(builder, context, deps) : settled();
    },
    async finalize(builder, context) {
      return isOurs(builder) ? finalizeBuilder(builder, context, deps) : settled();
    },
    plan: (builder, context) => (isOurs(builder) ? foretellBuilder(builder, context) : ELSEWHERE),
  };
}

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;

/** Once, at the start: programs of Builders that are no more end, and their state goes. */
function leftovers({ programs, log }: BuilderControllerOptions): EventSource {
  return {
    start(_enqueue, reader) {
      const removeAll = async (): Promise<void> => {
        for (const name of await programs.list()) {
          if (reader.get(BUILDER, undefined, name) !== undefined) continue;
          log.info({ name }, 'a builder that was run for an object that is gone is removed');
          await programs.remove(name);
        }
      };
      removeAll().catch((err: unknown) => log.warn({ err }, 'what is left of managed builders could not be removed'));
      return { [Symbol.dispose]: () => undefined };
    },
  };
}
