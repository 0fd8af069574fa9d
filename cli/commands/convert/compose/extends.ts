/** `extends`: a service on top of another one, of this file or of another. */
import { dirname, resolve } from 'node:path';
import { readNamed, type Files } from './files.ts';
import { interpolate } from './interpolate.ts';
import { merge } from './merge.ts';
import {
  ComposeError,
  entryOf,
  isNull,
  kindOf,
  textOf,
  withEntry,
  type Entry,
  type Mapping,
  type Node,
  type Origin,
} from './node.ts';
import type { Variables } from './variables.ts';
import { readYaml } from './yaml.ts';

export interface ExtendsWorld {
  readonly files: Files;
  readonly variables: Variables;
}

/** The file with every `extends` of its services carried out. Throws ComposeError. */
export function applyExtends(file: Node, world: ExtendsWorld): Node {
  const services = entryOf(file, 'services');
  if (services?.type !== 'map' || file.type !== 'map') return file;
  const extender = new Extender(services, world);
  const entries = [...services.entries.keys()].map((name): [string, Entry] => {
    const entry = services.entries.get(name) as Entry;
    return [name, { ...entry, value: extender.service(name, []) }];
  });
  return withEntry(file, 'services', { ...services, entries: new Map(entries) });
}

class Extender {
  readonly #services: Mapping;
  readonly #world: ExtendsWorld;
  readonly #done = new Map<string, Node>();

  constructor(services: Mapping, world: ExtendsWorld) {
    this.#services = services;
    this.#world = world;
  }

  /** `way`: the services that led here, for circles. */
  service(name: string, way: readonly string[]): Node {
    const ready = this.#done.get(name);
    if (ready !== undefined) return ready;
    const { value: node } = this.#services.entries.get(name) as Entry;
    const extended = entryOf(node, 'extends');
    if (node.type !== 'map' || extended === undefined || extended.tag === 'reset') return node;
    const { service, file } = this.#named(extended);
    const id = `${node.origin.source.name} ${name}`;
    if (way.includes(id))
      throw new ComposeError(`services extend each other in a circle: ${name} extends ${service}`, extended.origin);
    const base =
      file === undefined ? this.#own(service, [...way, id], extended.origin) : this.#other(service, file, [...way, id]);
    const merged = merge(base, node, ['services', name]) as Mapping;
    const made = withEntry(merged, 'extends', undefined);
    this.#done.set(name, made);
    return made;
  }

  #named(extended: Node): { readonly service: string; readonly file: Node | undefined } {
    if (extended.type === 'scalar' && !isNull(extended)) return { service: textOf(extended), file: undefined };
    const service = entryOf(extended, 'service');
    if (service?.type !== 'scalar' || isNull(service))
      throw new ComposeError(
        `extends: write the name of a service, or {file: FILE, service: NAME}, and not ${kindOf(extended)}`,
        extended.origin,
      );
    const file = entryOf(extended, 'file');
    return { service: textOf(service), file: file !== undefined && isNull(file) ? undefined : file };
  }

  #own(service: string, way: readonly string[], origin: Origin): Node {
    if (this.#services.entries.has(service)) return this.service(service, way);
    const known = [...this.#services.entries.keys()].join(', ');
    throw new ComposeError(
      `extends: there is no service "${service}" in ${origin.source.name}; there are ${known}`,
      origin,
    );
  }

  #other(service: string, file: Node, way: readonly string[]): Node {
    const { origin } = file;
    const shown = file.type === 'scalar' ? textOf(file) : '';
    if (/^(?:https?|git|oci|ssh):/.test(shown))
      throw new ComposeError(`extends: "${shown}" is not on this machine: fetch it, and name the file`, origin);
    const path = resolve(origin.source.directory, shown);
    const bytes = readNamed(this.#world.files, path, shown, origin);
    const source = { name: shown, directory: dirname(path) };
    const services = readYaml(bytes, source)
      .map((document) => entryOf(interpolate(document, this.#world.variables), 'services'))
      .filter((found) => found?.type === 'map')
      .reduce<Node | undefined>(
        (before, next) => (before === undefined ? next : merge(before, next, ['services'])),
        undefined,
      );
    if (services?.type !== 'map') throw new ComposeError(`extends: ${shown} has no services`, origin);
    return new Extender(services, this.#world).#own(service, way, origin);
  }
}
