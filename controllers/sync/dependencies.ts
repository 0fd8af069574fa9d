import type { Sync } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { cycleText, findCycle } from '../../schemas/values/cycle.ts';
import type { Reader } from '../engine/contract.ts';
import { SYNC } from './names.ts';
import { stalled, waiting } from './references.ts';

const namesOf = ({ spec }: Sync): readonly string[] => (spec.dependsOn ?? []).map(({ name }) => name);

/** Throws a stalled outcome for Syncs that wait for each other in a circle, a waiting one for one that is not ready. */
export function checkDependencies(sync: Sync, reader: Reader): void {
  const { namespace, name } = sync.metadata;
  const cycle = findCycle(name, (each) => {
    const found = each === name ? sync : reader.get<Sync>(SYNC, namespace, each);
    return found === undefined ? [] : namesOf(found);
  });
  if (cycle !== undefined) {
    const message = `Syncs wait for each other in a circle: ${cycleText(cycle)}`;
    throw stalled(REASONS.DependencyCycle, message);
  }
  for (const each of namesOf(sync)) {
    const why = whyNotReady(reader.get<Sync>(SYNC, namespace, each));
    if (why !== undefined) throw waiting(REASONS.DependencyNotReady, `Sync ${namespace}/${each} ${why}`);
  }
}

function whyNotReady(sync: Sync | undefined): string | undefined {
  if (sync === undefined) return 'is not there';
  const { metadata, status = {} } = sync;
  if (metadata.deletionTimestamp !== undefined) return 'is being deleted';
  if (status.observedGeneration !== metadata.generation) return 'is not ready (its last change)';
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status === 'True') return undefined;
  return ready === undefined ? 'is not ready yet' : `is not ready (${ready.reason})`;
}
