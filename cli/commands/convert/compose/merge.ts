/** One Compose file over another, by Compose's rules. */
import { asKeyed, asList, asNamed, DEPENDS_ON_DEFAULTS } from './forms.ts';
import { ComposeError, isNull, kindOf, type Entry, type Mapping, type Node } from './node.ts';
import { withoutRepeats } from './repeats.ts';

export type Path = readonly string[];

type Merger = (base: Node, over: Node, path: Path) => Node;

/** Whether a path is of a pattern, in which `*` is any one name. */
export const matches = (path: Path, pattern: string): boolean => {
  const parts = pattern.split('.');
  return parts.length === path.length && parts.every((part, index) => part === '*' || part === path[index]);
};

const replace: Merger = (_base, over) => over;
const keyed: Merger = (base, over, path) =>
  isNull(over) ? asKeyed(base) : mergeMaps(asKeyed(base), asKeyed(over), path);
const appended: Merger = (base, over) => ({
  type: 'list',
  origin: over.origin,
  items: [...asList(base), ...asList(over)],
});

/** Where something else than "maps are merged, lists are appended, the rest is replaced" is done. */
const SPECIAL: readonly (readonly [pattern: string, merger: Merger])[] = [
  ...[
    'services.*.environment',
    'services.*.labels',
    'services.*.annotations',
    'services.*.sysctls',
    'services.*.build.args',
    'services.*.build.labels',
    'services.*.build.additional_contexts',
    'services.*.deploy.labels',
    'networks.*.labels',
    'volumes.*.labels',
  ].map((pattern): [string, Merger] => [pattern, keyed]),
  ...[
    'services.*.dns',
    'services.*.dns_opt',
    'services.*.dns_search',
    'services.*.env_file',
    'services.*.label_file',
    'services.*.tmpfs',
    'services.*.extra_hosts',
    'services.*.build.extra_hosts',
  ].map((pattern): [string, Merger] => [pattern, appended]),
  ...['services.*.command', 'services.*.entrypoint', 'services.*.healthcheck.test'].map((pattern): [string, Merger] => [
    pattern,
    replace,
  ]),
  ['services.*.build', (base, over, path) => mergeMaps(asNamed(base, 'context'), asNamed(over, 'context'), path)],
  ['services.*.networks', (base, over, path) => mergeMaps(asNamed(base), asNamed(over), path)],
  ['services.*.models', (base, over, path) => mergeMaps(asNamed(base), asNamed(over), path)],
  [
    'services.*.depends_on',
    (base, over, path) =>
      mergeMaps(asNamed(base, undefined, DEPENDS_ON_DEFAULTS), asNamed(over, undefined, DEPENDS_ON_DEFAULTS), path),
  ],
  ['services.*.logging', mergeLogging],
  ['services.*.ulimits.*', (base, over, path) => (over.type === 'map' ? mergeMaps(base, over, path) : over)],
  ['networks.*.ipam.config', mergeRanges],
];

/** `over` on top of `base`. Throws ComposeError for what is of another kind. */
export function merge(base: Node, over: Node, path: Path = []): Node {
  if (over.tag === 'override') return over;
  const special = SPECIAL.find(([pattern]) => matches(path, pattern));
  if (special !== undefined && !(isNull(over) && path.at(-1) !== 'command' && path.at(-1) !== 'entrypoint'))
    return withoutRepeats(special[1](base, over, path), path);
  if (isNull(over)) return base;
  if (isNull(base) || base.type === 'scalar') return over;
  if (base.type === 'map') return mergeMaps(base, over, path);
  if (over.type !== 'list') throw cannot(base, over, path);
  return withoutRepeats({ ...over, items: [...base.items, ...over.items] }, path);
}

const cannot = (base: Node, over: Node, path: Path): ComposeError =>
  new ComposeError(
    `${path.join('.')}: ${kindOf(over)} cannot be merged with ${kindOf(base)} of a file before`,
    over.origin,
  );

function mergeMaps(base: Node, over: Node, path: Path): Mapping {
  if (over.type !== 'map' || base.type !== 'map') {
    if (over.type === 'map' && isNull(base)) return over;
    if (base.type === 'map' && isNull(over)) return base;
    throw cannot(base, over, path);
  }
  const entries = new Map<string, Entry>(base.entries);
  for (const [key, entry] of over.entries) {
    const before = entries.get(key);
    if (entry.value.tag === 'reset') entries.delete(key);
    else if (before === undefined) entries.set(key, entry);
    else {
      const value = merge(before.value, entry.value, [...path, key]);
      // what is left as it was keeps its place
      entries.set(key, value === before.value ? before : { ...entry, value });
    }
  }
  return { ...over, entries };
}

/** Options are of one driver. */
function mergeLogging(base: Node, over: Node, path: Path): Node {
  const driver = (node: Node): unknown => {
    const found = node.type === 'map' ? node.entries.get('driver')?.value : undefined;
    return found?.type === 'scalar' ? found.value : undefined;
  };
  const [before, after] = [driver(base), driver(over)];
  if (before !== undefined && after !== undefined && before !== after) return over;
  return mergeMaps(base, over, path);
}

/** Ranges of a network are told apart by their subnets. */
function mergeRanges(base: Node, over: Node, path: Path): Node {
  if (base.type !== 'list' || over.type !== 'list') throw cannot(base, over, path);
  const subnetOf = (node: Node): string => {
    const found = node.type === 'map' ? node.entries.get('subnet')?.value : undefined;
    return found?.type === 'scalar' ? String(found.value) : '';
  };
  const items = [...base.items];
  for (const item of over.items) {
    const at = items.findIndex((one) => subnetOf(one) === subnetOf(item));
    const before = items[at];
    if (before === undefined) items.push(item);
    else items[at] = mergeMaps(before, item, path);
  }
  return { ...over, items };
}

/** Takes out what was marked with `!reset` and had nothing to take away. */
export function settled(node: Node): Node {
  if (node.type === 'list')
    return { ...node, items: node.items.filter(({ tag }) => tag !== 'reset').map((item) => settled(item)) };
  if (node.type === 'scalar') return node;
  const entries = [...node.entries].filter(([, { value }]) => value.tag !== 'reset');
  return { ...node, entries: new Map(entries.map(([key, entry]) => [key, { ...entry, value: settled(entry.value) }])) };
}
