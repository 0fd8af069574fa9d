import type { Node } from './node.ts';
import { memberOf } from './node.ts';

/**
 * The schema's node at a path of field names and list indexes, from `node` on; undefined where the schema knows nothing.
 * A number stands for any item of a list.
 */
export function nodeAt(node: Node, path: readonly (string | number)[]): Node | undefined {
  let at: Node | undefined = node;
  for (const segment of path) {
    if (at === undefined) return undefined;
    at = typeof segment === 'number' ? at.items : memberOf(at, segment);
  }
  return at;
}
