/** How a change of an object moves ownership between its managers. */
import { ApplyConflict, conflictsWith } from './conflict.ts';
import type { Comparison } from './compare.ts';
import { difference, intersection, isEmpty, union } from './field-set.ts';
import { showManager, withFields, type Manager, type Managers } from './managers.ts';

/**
 * Takes what changed and what went from all managers but `except`. Managers left with nothing are dropped.
 * @param force without it, a changed field that another manager owns is a conflict
 * @throws {ApplyConflict}
 */
export function takeFromOthers(
  managers: Managers,
  { changed, removed }: Comparison,
  except: string | undefined,
  force: boolean,
): Map<string, Manager> {
  const conflicts = [];
  const gone = union(changed, removed);
  const result = new Map<string, Manager>();
  for (const [id, manager] of [...managers].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (id === except) {
      result.set(id, manager);
      continue;
    }
    if (!force) {
      const contested = intersection(manager.fields, changed);
      if (!isEmpty(contested)) conflicts.push(...conflictsWith(showManager(manager), contested));
    }
    const rest = difference(manager.fields, gone);
    if (!isEmpty(rest)) result.set(id, withFields(manager, rest));
  }
  if (conflicts.length > 0) throw new ApplyConflict(conflicts);
  return result;
}
