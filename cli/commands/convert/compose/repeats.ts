/** Lists in which a later entry takes the place of an earlier one for the same thing. */
import { entryOf, textOf, type Node } from './node.ts';
import type { Path } from './merge.ts';

type Identity = (node: Node) => string;

const text: Identity = (node) => (node.type === 'scalar' ? textOf(node).replace(/=.*$/s, '') : JSON.stringify(node));
const member = (node: Node, ...keys: readonly string[]): string => {
  for (const key of keys) {
    const found = entryOf(node, key);
    if (found?.type === 'scalar' && found.value !== null) return textOf(found);
  }
  return '';
};
const wholeText: Identity = (node) => (node.type === 'scalar' ? textOf(node) : member(node, 'path'));

/** Of `SOURCE:TARGET[:MODE]`, or just TARGET; a drive letter is no source. */
const mountTarget: Identity = (node) => {
  if (node.type !== 'scalar') return member(node, 'target');
  const parts = textOf(node).split(':');
  return parts.length === 1 ? (parts[0] ?? '') : (parts[1] ?? '');
};
const fileTarget =
  (directory: string): Identity =>
  (node) =>
    node.type === 'scalar'
      ? `${directory}/${textOf(node)}`
      : entryOf(node, 'target') !== undefined
        ? member(node, 'target')
        : `${directory}/${member(node, 'source')}`;
const port: Identity = (node) =>
  node.type === 'scalar'
    ? textOf(node)
    : `${member(node, 'host_ip')}:${member(node, 'published')}:${member(node, 'target')}/${member(node, 'protocol')}`;

const IDENTITIES: ReadonlyMap<string, Identity> = new Map<string, Identity>([
  ...['cap_add', 'cap_drop', 'dns', 'dns_opt', 'dns_search', 'expose', 'links', 'profiles', 'tmpfs'].map(
    (key) => [key, text] as const,
  ),
  ['env_file', wholeText],
  ['extra_hosts', wholeText],
  ['volumes', mountTarget],
  ['devices', mountTarget],
  ['configs', fileTarget('')],
  ['secrets', fileTarget('/run/secrets')],
  ['ports', port],
]);

/** The list at a path without what is said again later; the later one stands in the earlier place. */
export function withoutRepeats(node: Node, path: Path): Node {
  if (node.type !== 'list') return node;
  const identity = identityAt(path);
  if (identity === undefined) return node;
  const kept = new Map<string, Node>();
  for (const item of node.items) kept.set(identity(item), item);
  return { ...node, items: [...kept.values()] };
}

function identityAt(path: Path): Identity | undefined {
  const key = path.at(-1) ?? '';
  if (path[0] !== 'services') return undefined;
  if (path.length === 3) return IDENTITIES.get(key);
  if (path[2] === 'networks' && (key === 'aliases' || key === 'link_local_ips')) return text;
  return path[2] === 'build' && key === 'tags' ? text : undefined;
}
