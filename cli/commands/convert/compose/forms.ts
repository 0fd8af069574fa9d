/** The short ways of writing something, turned into the long ones. */
import { ComposeError, isNull, kindOf, mappingOf, textOf, type Entry, type Mapping, type Node } from './node.ts';

/** `[A=1, B]` as `{A: 1, B: null}`. Throws ComposeError for what is neither map nor list of texts. */
export function asKeyed(node: Node): Mapping {
  if (node.type === 'map') return node;
  return mappingOf(
    node.origin,
    asList(node).map((item): Entry => {
      if (item.type !== 'scalar') throw new ComposeError(`write NAME=value here, and not ${kindOf(item)}`, item.origin);
      const { origin } = item;
      const text = textOf(item);
      const at = text.indexOf('=');
      const value = at < 0 ? null : text.slice(at + 1);
      return { key: at < 0 ? text : text.slice(0, at), origin, value: { type: 'scalar', origin, value } };
    }),
  );
}

/** The items of a list; anything else is a list of itself, null an empty one. */
export function asList(node: Node): readonly Node[] {
  if (node.type === 'list') return node.items;
  if (node.type === 'map') return [...node.entries.values()].map(pairText);
  return isNull(node) ? [] : [node];
}

/** `{host: ip}` as `host=ip`. */
function pairText({ key, value, origin }: Entry): Node {
  return { type: 'scalar', origin, value: value.type === 'scalar' ? `${key}=${textOf(value)}` : key };
}

/** What `depends_on: [db]` says of db. */
export const DEPENDS_ON_DEFAULTS: Readonly<Record<string, string | boolean>> = {
  condition: 'service_started',
  required: true,
};

/** `[a, b]` as `{a: …, b: …}` with those values, or null; with `key`, text as `{key: text}`. */
export function asNamed(node: Node, key?: string, values?: Readonly<Record<string, string | boolean>>): Node {
  if (node.type === 'map') return node;
  if (node.type === 'scalar') {
    if (key === undefined || isNull(node)) return node;
    return mappingOf(node.origin, [{ key, origin: node.origin, value: node }]);
  }
  return mappingOf(
    node.origin,
    node.items.map((item): Entry => {
      if (item.type !== 'scalar') throw new ComposeError(`give names here, and not ${kindOf(item)}`, item.origin);
      const { origin } = item;
      const entries = Object.entries(values ?? {}).map(([name, value]): Entry => ({
        key: name,
        origin,
        value: { type: 'scalar', origin, value },
      }));
      const value: Node = values === undefined ? { type: 'scalar', origin, value: null } : mappingOf(origin, entries);
      return { key: textOf(item), origin, value };
    }),
  );
}
