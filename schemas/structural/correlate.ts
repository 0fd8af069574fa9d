import type { JsonValue } from '../object.ts';
import { identityOf } from './identity.ts';
import type { Node } from './node.ts';
import { isList } from './own.ts';

/**
 * Finds the former self of a list's items: by keys in keyed lists, nowhere else (an item of an atomic list or a set has
 * no former self, Kubernetes says "is not correlatable").
 */
export function correlate(list: Node, old: JsonValue | undefined): (item: JsonValue) => JsonValue | undefined {
  if (list.listType !== 'map' || !isList(old) || old.length === 0) return nothing;
  const byIdentity = new Map<string, JsonValue>();
  for (const item of old) {
    const identity = identityOf(list, item);
    if (identity && !byIdentity.has(identity.text)) byIdentity.set(identity.text, item);
  }
  return (item) => {
    const identity = identityOf(list, item);
    return identity && byIdentity.get(identity.text);
  };
}

const nothing = (): undefined => undefined;
