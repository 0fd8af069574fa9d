import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Node as YamlNode, Pair, Scalar as YamlScalar, YAMLMap } from 'yaml';
import { decodeUtf8 } from '../../../../schemas/text/utf8.ts';
import { LineIndex } from '../../../../schemas/text/text-error.ts';
import { ComposeError, type Entry, type Node, type Origin, type ScalarValue, type Source } from './node.ts';
import { plainScalar } from './scalar.ts';

const MOST_NODES = 100_000;

/** Every document of a Compose file, aliases and merge keys (`<<`) carried out. Throws ComposeError, TextError. */
export function readYaml(bytes: Uint8Array, source: Source): readonly Node[] {
  const text = decodeUtf8(bytes, source.name);
  const lines = new LineIndex(text);
  const documents = parseAllDocuments(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    resolveKnownTags: false,
    logLevel: 'silent',
    lineCounter: new LineCounter(),
    prettyErrors: false,
  });
  if (!Array.isArray(documents)) return [];
  const at = (offset: number): Origin => ({ source, position: lines.at(offset) });
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw new ComposeError(problemOf(error), at(error.pos[0]));
    if (document.contents === null) return [];
    return [new Reader(at).read(document.contents)];
  });
}

function problemOf({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === 'TAB_AS_INDENT') return 'a tab is used for indentation; use spaces';
  if (code === 'BAD_ALIAS') return `${message} (put text that begins with & or * in quotes)`;
  return message;
}

class Reader {
  readonly #at: (offset: number) => Origin;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #built = new Map<YamlNode, Node>();
  readonly #open = new Set<YamlNode>();
  #count = 0;

  constructor(at: (offset: number) => Origin) {
    this.#at = at;
  }

  read(node: YamlNode): Node {
    const ready = this.#built.get(node);
    if (ready !== undefined) return ready;
    const origin = this.#at(start(node));
    this.#count += 1;
    if (this.#count > MOST_NODES) throw new ComposeError('the file holds too much for a Compose file', origin);
    if (isAlias(node)) return this.#aliased(node.source, origin);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    this.#open.add(node);
    const built = this.#build(node, origin);
    this.#open.delete(node);
    this.#built.set(node, built);
    return built;
  }

  #aliased(name: string, origin: Origin): Node {
    const target = this.#anchors.get(name);
    if (target === undefined) throw new ComposeError(`there is no anchor &${name} before this alias`, origin);
    if (this.#open.has(target)) throw new ComposeError('an alias stands inside of what it repeats', origin);
    return this.read(target);
  }

  #build(node: YamlNode, origin: Origin): Node {
    const tag: 'reset' | 'override' | undefined =
      node.tag === '!reset' ? 'reset' : node.tag === '!override' ? 'override' : undefined;
    const tagged = tag === undefined ? {} : ({ tag } as const);
    if (isScalar(node)) return { type: 'scalar', origin, value: this.#scalar(node, tag, origin), ...tagged };
    if (isSeq(node)) {
      const items = node.items.map((item) => this.#item(item, origin));
      return { type: 'list', origin, items, ...tagged };
    }
    if (isMap(node)) {
      const entries = this.#entries(node, origin);
      return { type: 'map', origin, entries: new Map(entries.map((entry) => [entry.key, entry])), ...tagged };
    }
    throw new ComposeError('this is no value', origin);
  }

  #item(item: unknown, origin: Origin): Node {
    return item ? this.read(item as YamlNode) : { type: 'scalar', origin, value: null };
  }

  #scalar(node: YamlScalar, tag: string | undefined, origin: Origin): ScalarValue {
    const text = typeof node.value === 'string' ? node.value : '';
    if (node.tag === undefined || tag !== undefined)
      return node.type === 'PLAIN' || node.type === undefined ? plainScalar(text) : text;
    const name = node.tag.replace('tag:yaml.org,2002:', '!!');
    if (name === '!!str' || name === '!') return text;
    if (['!!int', '!!float', '!!bool', '!!null'].includes(name)) return plainScalar(text);
    throw new ComposeError(`the tag ${name.slice(0, 80)} is not supported; leave it out`, origin);
  }

  #entries(map: YAMLMap, origin: Origin): readonly Entry[] {
    const own = new Map<string, Entry>();
    const merged: Entry[] = [];
    for (const pair of map.items) {
      if (isMerge(pair)) {
        merged.push(...this.#mergedEntries(pair));
        continue;
      }
      const entry = this.#entry(pair, origin);
      const before = own.get(entry.key);
      if (before !== undefined)
        throw new ComposeError(
          `the key "${entry.key}" stands here twice; it is in line ${String(before.origin.position.line)}, too`,
          entry.origin,
        );
      own.set(entry.key, entry);
    }
    const inherited = new Map<string, Entry>();
    for (const entry of merged) if (!own.has(entry.key) && !inherited.has(entry.key)) inherited.set(entry.key, entry);
    return [...inherited.values(), ...own.values()];
  }

  #entry(pair: Pair, fallback: Origin): Entry {
    const node = isAlias(pair.key) ? this.#anchors.get(pair.key.source) : pair.key;
    if (!isScalar(node) || typeof node.value !== 'string') throw new ComposeError('a key must be text', fallback);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    const origin = this.#at(start(pair.key as YamlNode));
    return { key: node.value, origin, value: this.#item(pair.value, origin) };
  }

  #mergedEntries(pair: Pair): readonly Entry[] {
    const origin = this.#at(start(pair.key as YamlNode));
    const value = this.#item(pair.value, origin);
    const sources = value.type === 'list' ? value.items : [value];
    return sources.flatMap((source) => {
      if (source.type !== 'map') throw new ComposeError('<< must be followed by a map, or a list of maps', origin);
      return [...source.entries.values()];
    });
  }
}

const isMerge = ({ key }: Pair): boolean =>
  isScalar(key) && key.value === '<<' && key.type === 'PLAIN' && key.tag === undefined;

const start = (node: YamlNode | null): number => node?.range?.[0] ?? 0;
