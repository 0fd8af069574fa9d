import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Alias, Document, Node, Pair, Scalar, YAMLMap } from 'yaml';
import type { SourceEntry, SourceNode } from './source-tree.ts';
import { resolvePlain, resolveTagged, ScalarError } from './yaml-scalar.ts';

/** What is wrong and where; the caller knows the file and makes a TextError of it. */
export class YamlSyntaxError extends Error {
  override readonly name = 'YamlSyntaxError';
  readonly offset: number;
  constructor(problem: string, offset: number) {
    super(problem);
    this.offset = offset;
  }
}

/** A chain of maps that each take in the one before grows with the square of its length. */
const MOST_MERGED = 1_000_000;

const COLLECTION_TAGS = new Set(['tag:yaml.org,2002:map', 'tag:yaml.org,2002:seq']);

/**
 * Turns a parsed YAML document into a source tree: scalars resolved, aliases pointing at the very same node, merge keys
 * (`<<`) carried out, keys as the text says. Throws YamlSyntaxError.
 */
export class YamlTree {
  readonly #document: Document;
  readonly #anchors = new Map<string, Node>();
  readonly #built = new Map<Node, SourceNode>();
  readonly #open = new Set<Node>();
  /** Entries that came by `<<`, each time they came. */
  #merged = 0;
  /** How many nodes the document has, aliases counted once. */
  nodes = 0;

  constructor(document: Document) {
    this.#document = document;
  }

  root(): SourceNode {
    const { contents } = this.#document;
    return contents ? this.#node(contents) : { type: 'scalar', offset: 0, value: null };
  }

  #node(node: Node): SourceNode {
    const ready = this.#built.get(node);
    if (ready) return ready;
    this.nodes += 1;
    if (isAlias(node)) return this.#aliased(node);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    const built = this.#build(node);
    this.#open.delete(node);
    this.#built.set(node, built);
    return built;
  }

  /** An alias stands for the last node before it that has the anchor. */
  #aliased(alias: Alias): SourceNode {
    const target = this.#anchors.get(alias.source);
    if (!target) throw new YamlSyntaxError(`there is no anchor &${alias.source} before this alias`, start(alias));
    if (this.#open.has(target)) throw new YamlSyntaxError('an alias stands inside of what it repeats', start(alias));
    return this.#node(target);
  }

  #build(node: Node): SourceNode {
    const offset = start(node);
    if (isScalar(node)) {
      const value = scalarValue(node);
      const isPlain =
        node.type === 'PLAIN' && typeof value === 'string' && value.includes('$') && node.tag === undefined;
      return isPlain ? { type: 'scalar', offset, value, plain: true } : { type: 'scalar', offset, value };
    }
    if (node.tag !== undefined && !COLLECTION_TAGS.has(node.tag)) {
      throw new YamlSyntaxError(`the tag ${node.tag.slice(0, 80)} is not supported; leave it out`, offset);
    }
    if (isSeq(node)) return { type: 'list', offset, items: node.items.map((item) => this.#item(item, offset)) };
    if (isMap(node)) return { type: 'map', offset, entries: this.#entries(node) };
    throw new YamlSyntaxError('this is no value', offset);
  }

  /** An absent item or value is null. */
  #item(item: unknown, offset: number): SourceNode {
    return item ? this.#node(item as Node) : { type: 'scalar', offset, value: null };
  }

  #entries(map: YAMLMap): readonly SourceEntry[] {
    const own: SourceEntry[] = [];
    const merged: SourceEntry[] = [];
    for (const pair of map.items) {
      if (isMerge(pair)) merged.push(...this.#mergedEntries(pair));
      else own.push(this.#entry(pair, start(map)));
    }
    if (merged.length === 0) return own;
    this.#merged += merged.length;
    if (this.#merged > MOST_MERGED) throw new YamlSyntaxError('<< repeats far more than the text holds', start(map));
    const taken = new Set(own.map((entry) => entry.key));
    const inherited = merged.filter(({ key }) => !taken.has(key) && taken.add(key));
    return [...inherited, ...own];
  }

  #entry(pair: Pair, fallback: number): SourceEntry {
    const keyOffset = start(pair.key as Node | null, fallback);
    const key = this.#keyText(pair.key);
    if (key === undefined) throw new YamlSyntaxError('a key must be text', keyOffset);
    return { key, keyOffset, value: this.#item(pair.value, keyOffset) };
  }

  #keyText(key: unknown): string | undefined {
    if (isAlias(key)) return this.#keyText(this.#anchors.get(key.source));
    if (!isScalar(key) || typeof key.value !== 'string') return undefined;
    if (key.anchor !== undefined) this.#anchors.set(key.anchor, key);
    const isAbsent = key.value === '' && (key.type === 'PLAIN' || key.type === undefined);
    return isAbsent ? undefined : key.value;
  }

  #mergedEntries(pair: Pair): readonly SourceEntry[] {
    const offset = start(pair.key as Node);
    const value = this.#item(pair.value, offset);
    const sources = value.type === 'list' ? value.items : [value];
    return sources.flatMap((source) => {
      if (source.type !== 'map') throw new YamlSyntaxError('<< must be followed by a map, or a list of maps', offset);
      return source.entries;
    });
  }
}

function scalarValue(node: Scalar): ReturnType<typeof resolvePlain> {
  const text = typeof node.value === 'string' ? node.value : '';
  try {
    if (node.tag !== undefined) return resolveTagged(node.tag, text);
    return node.type === 'PLAIN' || node.type === undefined ? resolvePlain(text) : text;
  } catch (error) {
    if (!(error instanceof ScalarError)) throw error;
    throw new YamlSyntaxError(error.message, start(node));
  }
}

const isMerge = ({ key }: Pair): boolean =>
  isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && key.tag === undefined;

const start = (node: Node | null, fallback = 0): number => node?.range?.[0] ?? fallback;
