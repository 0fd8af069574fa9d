import type { KubeObject } from '../../../schemas/object.ts';
import { kindKey, parseKey, type Key } from '../keys.ts';
import type { Sight } from './foresight.ts';
import type { Changed } from './overlay.ts';

/** Objects that a change may concern: those that its controllers' own watches would wake, whatever they make of it then. One after the other, as they are asked for. */
export function* affectedBy(changed: Changed, sights: readonly Sight[]): Generator<KubeObject> {
  for (const sight of sights) {
    const { controller, reader } = sight;
    for (const key of keysFrom(changed, sight)) {
      const { namespace, name } = parseKey(key);
      const object = reader.get<KubeObject>(controller.kind, namespace, name);
      if (object !== undefined) yield object;
    }
  }
}

function keysFrom({ before, after }: Changed, { controller, reader }: Sight): ReadonlySet<Key> {
  const object = after ?? before;
  if (object === undefined) return new Set();
  const maps = (controller.watches ?? [])
    .filter(({ kind }) => kindKey(kind) === kindKey(object))
    // As a change, and as if it were new: what a map knows to change nothing now may do so in the end.
    .flatMap((watch) => [before, undefined].map((previous) => () => watch.map(object, reader, previous)));
  const keys = [...maps, () => controller.concerned?.(object, reader) ?? []].flatMap((map) => {
    try {
      return map();
    } catch {
      // As in the loop: a map that fails harms nobody else.
      return [];
    }
  });
  return new Set(keys);
}
