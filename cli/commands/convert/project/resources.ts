/** Networks, volumes, configs and secrets of a Compose file, which services refer to by name. */
import { nearestName } from '../../../../schemas/values/suggestion.ts';
import type { Field } from '../book/field.ts';
import { kindOf } from '../compose/node.ts';
import type { Names } from '../names.ts';

export type ResourceSort = 'networks' | 'volumes' | 'configs' | 'secrets';

export interface Resource {
  readonly sort: ResourceSort;
  /** What the Compose file calls it. */
  readonly key: string;
  /** Its definition, which may be null; undefined: there is none. */
  readonly field: Field | undefined;
  /** Of its object. */
  readonly name: string;
  /** Somebody else makes it. */
  readonly external: boolean;
}

export const KIND_OF = { networks: 'Network', volumes: 'Volume', configs: 'ConfigMap', secrets: 'Secret' } as const;

const DEFAULT_NETWORK = 'default';

export class Resources {
  readonly #all = new Map<string, Resource>();
  readonly #used = new Set<string>();

  constructor(root: Field, project: string, names: Names) {
    for (const sort of Object.keys(KIND_OF) as ResourceSort[]) {
      const declared = root.get(sort)?.entries() ?? [];
      for (const [key, field] of declared) this.#declare(sort, key, field, project, names);
    }
    if (!this.#all.has(`networks/${DEFAULT_NETWORK}`))
      this.#declare('networks', DEFAULT_NETWORK, undefined, project, names);
  }

  #declare(sort: ResourceSort, key: string, field: Field | undefined, project: string, names: Names): void {
    if (field !== undefined && !field.isNull && field.node.type !== 'map')
      field.fail(`write a map here, and not ${kindOf(field.node)}`);
    const external = field?.get('external');
    const isExternal = external !== undefined && (external.node.type === 'map' || external.boolean());
    const legacy = external?.node.type === 'map' ? external.get('name') : undefined;
    const given = (field?.get('name') ?? legacy)?.text();
    const implied = sort === 'networks' && key === DEFAULT_NETWORK ? `${project}-${key}` : key;
    const wanted = given ?? implied;
    this.#all.set(`${sort}/${key}`, {
      sort,
      key,
      field,
      name: names.take(KIND_OF[sort], wanted),
      external: isExternal,
    });
  }

  /** What a service refers to; `by` is where. Throws ComposeError when it is nowhere. */
  use(sort: ResourceSort, key: string, by: Field): Resource {
    const found = this.#all.get(`${sort}/${key}`);
    if (found !== undefined) {
      this.#used.add(`${sort}/${key}`);
      return found;
    }
    const near = nearestName(
      key,
      [...this.#all.values()].filter((one) => one.sort === sort).map((one) => one.key),
    );
    return by.fail(
      `"${key}" is not declared: add it below the key ${sort} of the file${near === undefined ? '' : `, or write "${near}"`}`,
    );
  }

  /** Says what became of one of which the file says nothing but that it is there. */
  static tell({ field }: Resource, at: string): void {
    if (field !== undefined && field.entries().length === 0) field.to(at);
  }

  all(sort: ResourceSort): readonly (Resource & { readonly used: boolean })[] {
    return [...this.#all]
      .filter(([, resource]) => resource.sort === sort)
      .map(([id, resource]) => ({ ...resource, used: this.#used.has(id) }));
  }
}
