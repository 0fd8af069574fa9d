import { RuntimeError } from '../../errors.ts';
import { labelContent, readContent } from '../content.ts';
import { GC_CONTENT } from '../labels.ts';
import type { ImagesContext } from './context.ts';
import { isDigest } from './digest.ts';
import { DOCUMENT_LIMIT, isObject, parseObject } from './document.ts';

/** Indexes inside indexes, with the manifests below them. */
const DEPTH = 6;

/** An index or manifest, of whatever kind of artifact, and what it refers to. */
interface Node {
  readonly digest: string;
  /** In the order of the document; the label is the collector's. */
  readonly children: readonly { readonly label: string; readonly digest: string; readonly isDocument: boolean }[];
}

/**
 * Everything that hangs below an index or manifest as far as it is there: other platforms' manifests and attestations as well, whose configuration and
 * layers are nothing that could be run. Children come before their parents.
 */
export async function readTree(context: ImagesContext, root: string, signal?: AbortSignal): Promise<readonly Node[]> {
  const seen = new Set<string>();
  const nodes: Node[] = [];
  const visit = async (digest: string, depth: number): Promise<void> => {
    if (seen.has(digest)) return;
    seen.add(digest);
    if (depth > DEPTH) throw new RuntimeError('Corrupt', `index ${root} is nested too deeply`);
    const bytes = await readContent(context.connection, digest, DOCUMENT_LIMIT, signal);
    if (bytes === undefined) return;
    const node = { digest, children: childrenOf(bytes, `document ${digest}`) };
    for (const child of node.children) if (child.isDocument) await visit(child.digest, depth + 1);
    nodes.push(node);
  };
  await visit(root, 0);
  return nodes;
}

/** Tells the collector what belongs together, so that a record of the root keeps all of it. */
export async function labelTree(
  context: ImagesContext,
  root: string,
  lease: string,
  signal?: AbortSignal,
): Promise<void> {
  for (const { digest, children } of await readTree(context, root, signal)) {
    const labels = Object.fromEntries(children.map((child) => [child.label, child.digest]));
    await labelContent(context.connection, digest, labels, lease);
  }
}

/** The digests of a tree, the root among them. */
export async function digestsOf(
  context: ImagesContext,
  root: string,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const nodes = await readTree(context, root, signal);
  return new Set([root, ...nodes.flatMap(({ children }) => children.map(({ digest }) => digest))]);
}

function childrenOf(bytes: Uint8Array, what: string): Node['children'] {
  const json = parseObject(bytes, what);
  return [
    ...listed(json['manifests'], 'm', true),
    ...one(json['config'], `${GC_CONTENT}.config`, false),
    ...listed(json['layers'], 'l', false),
  ];
}

function listed(value: unknown, letter: string, isDocument: boolean): Node['children'] {
  return Array.isArray(value)
    ? value.flatMap((entry, at) => one(entry, `${GC_CONTENT}.${letter}.${at}`, isDocument))
    : [];
}

function one(value: unknown, label: string, isDocument: boolean): Node['children'] {
  const digest = isObject(value) ? value['digest'] : undefined;
  return isDigest(digest) ? [{ label, digest, isDocument }] : [];
}
