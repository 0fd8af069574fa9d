import { union } from './field-set.ts';
import { idOf, withFields, type Manager, type Managers } from './managers.ts';

/** An object remembers so many Update managers; the oldest beyond that share one entry. As on a real server. */
export const maxUpdaters = 10;

/** Name of the entry that the oldest share. */
export const ancientManager = 'ancient-changes';

/** Merges the oldest Update managers of one apiVersion into one entry, until there are few enough. */
export function capUpdaters(managers: Managers): Managers {
  const updaters = [...managers.values()].filter((manager) => manager.operation === 'Update');
  if (updaters.length <= maxUpdaters) return managers;
  const result = new Map(managers);
  const firstOfVersion = new Map<string, Manager>();
  let count = updaters.length;
  for (const manager of updaters.sort(byAge)) {
    if (count <= maxUpdaters) break;
    const first = firstOfVersion.get(manager.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(manager.apiVersion, manager);
      continue;
    }
    const bucket = bucketOf(manager.apiVersion);
    const former = result.get(idOf(bucket)) ?? first;
    result.delete(idOf(first));
    result.delete(idOf(manager));
    const { entry: _, ...merged } = withFields(former, union(former.fields, manager.fields));
    result.set(idOf(bucket), { ...merged, ...bucket, time: manager.time });
    count--;
  }
  return result;
}

const bucketOf = (apiVersion: string): Pick<Manager, 'manager' | 'operation' | 'apiVersion' | 'subresource'> => ({
  manager: ancientManager,
  operation: 'Update',
  apiVersion,
  subresource: undefined,
});

function byAge(a: Manager, b: Manager): number {
  const [left, right] = [`${a.time ?? ''}\n${idOf(a)}`, `${b.time ?? ''}\n${idOf(b)}`];
  return left < right ? -1 : 1;
}
