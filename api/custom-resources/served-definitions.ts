/** What is served of which definition, and which names each of them has. */
import { createHash } from 'node:crypto';
import { kindDefinitionsOf } from '../../schemas/custom/kind-definitions.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionNames } from '../../schemas/gen/types.ts';
import { encodeJson } from '../../schemas/text/json.ts';
import type { ApiLog } from '../context.ts';
import type { KindStore } from '../registry/kind-store.ts';
import type { KindSurroundings } from '../registry/open-kind.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/resource.ts';
import { acceptNames, type AcceptedNames } from './accept-names.ts';
import { isTrue } from './conditions.ts';
import { CustomStorage } from './custom-storage.ts';
import { NameTable } from './name-table.ts';

export interface ServedDefinitionsOptions {
  readonly registry: Registry;
  readonly surroundings: KindSurroundings;
  readonly log: ApiLog;
  /** The last object of a definition that is being deleted has gone. */
  readonly emptied: (name: string) => void;
}

/** One definition, by its name; gone when the definition is, or is made anew. */
interface Held {
  readonly group: string;
  /** Words of the group that are this definition's. */
  names: CustomResourceDefinitionNames;
  accepted: boolean;
  storage: CustomStorage | undefined;
  opening: Promise<CustomStorage> | undefined;
  /** Of what `served` was made from. */
  fingerprint: string;
  served: readonly ServedResource[];
  gone: boolean;
}

/** The owner of what this server brings along; no definition has this name. */
const BUILTIN = '';

export class ServedDefinitions implements Disposable {
  readonly #options: ServedDefinitionsOptions;
  readonly #held = new Map<string, Held>();
  /** `group/plural` of what this server brings along: no definition gets these. */
  readonly #builtin: ReadonlySet<string>;
  readonly #names = new NameTable();

  constructor(options: ServedDefinitionsOptions) {
    this.#options = options;
    const definitions = options.registry.all().map(({ definition }) => definition);
    this.#builtin = new Set(definitions.map(({ group, plural }) => `${group}/${plural}`));
    for (const definition of definitions) this.#names.claim(definition.group, BUILTIN, definition);
  }

  kind(group: string, plural: string): KindStore | undefined {
    return this.#held.get(`${plural}.${group}`)?.storage?.kind;
  }

  storage(name: string): CustomStorage | undefined {
    return this.#held.get(name)?.storage;
  }

  /** Whether the definition means a kind that this server brings along. */
  isBuiltin({ spec }: CustomResourceDefinition): boolean {
    return this.#builtin.has(`${spec?.group ?? ''}/${spec?.names?.plural ?? ''}`);
  }

  /** Names that were accepted before a restart are kept, whatever order the definitions come back in. */
  claimStored(definitions: readonly CustomResourceDefinition[]): void {
    for (const crd of definitions) this.#hold(crd);
  }

  /** Which names the definition gets, and takes them. */
  accept(crd: CustomResourceDefinition): AcceptedNames {
    const held = this.#hold(crd);
    const accepted = acceptNames(
      { ...crd, status: { ...crd.status, acceptedNames: held.names } },
      this.#names.takenFrom(held.group, crd.metadata.name),
    );
    this.#names.release(held.group, crd.metadata.name, held.names);
    this.#names.claim(held.group, crd.metadata.name, accepted.names);
    held.names = accepted.names;
    held.accepted = accepted.condition.status === 'True';
    return accepted;
  }

  /**
   * Opens the storage of a definition, once, and serves it. `newest` is asked for the definition's state when the storage is
   * there: nothing is served of one that has gone meanwhile.
   */
  async open(crd: CustomResourceDefinition, newest: () => CustomResourceDefinition | undefined): Promise<void> {
    if (this.isBuiltin(crd)) return;
    const { name, uid } = crd.metadata;
    const held = this.#hold(crd);
    held.opening ??= this.#openStorage(name, held, crd);
    try {
      await held.opening;
    } catch (error) {
      held.opening = undefined;
      throw error;
    }
    const latest = newest();
    if (latest?.metadata.uid === uid && !held.gone) this.refresh(latest);
  }

  /** Serves a definition as it is now, if it has its storage. Synchronous. */
  refresh(crd: CustomResourceDefinition): void {
    const held = this.#held.get(crd.metadata.name);
    if (held?.storage === undefined) return;
    held.storage.terminating = crd.metadata.deletionTimestamp !== undefined;
    const { names } = this.accept(crd);
    if (!held.accepted && !isTrue(crd, 'Established')) return;
    const fingerprint = fingerprintOf(crd, names);
    if (held.fingerprint === fingerprint) return;
    const add = held.storage.serve(kindDefinitionsOf(crd, names), fingerprint);
    this.#options.registry.change({ remove: placesOf(held.served), add });
    held.served = add;
    held.fingerprint = fingerprint;
  }

  /** Ends what is served of a definition. Returns others of its group that may now get names they had to do without. */
  drop(name: string): readonly string[] {
    const held = this.#held.get(name);
    if (held === undefined) return [];
    this.#held.delete(name);
    held.gone = true;
    this.#names.release(held.group, name, held.names);
    this.#options.registry.change({ remove: placesOf(held.served) });
    held.storage?.[Symbol.dispose]();
    const waiting = [...this.#held].filter(([, other]) => other.group === held.group && !other.accepted);
    return waiting.map(([other]) => other);
  }

  [Symbol.dispose](): void {
    for (const held of this.#held.values()) {
      held.gone = true;
      held.storage?.[Symbol.dispose]();
    }
    this.#held.clear();
  }

  #hold(crd: CustomResourceDefinition): Held {
    const { name } = crd.metadata;
    const known = this.#held.get(name);
    if (known !== undefined) return known;
    const held: Held = {
      group: crd.spec?.group ?? '',
      names: crd.status?.acceptedNames ?? {},
      accepted: false,
      storage: undefined,
      opening: undefined,
      fingerprint: '',
      served: [],
      gone: false,
    };
    this.#held.set(name, held);
    this.#names.claim(held.group, name, held.names);
    return held;
  }

  async #openStorage(name: string, held: Held, { spec }: CustomResourceDefinition): Promise<CustomStorage> {
    const place = { group: spec?.group ?? '', plural: spec?.names?.plural ?? '' };
    const storage = await CustomStorage.open(place, this.#options.surroundings);
    if (held.gone) {
      storage[Symbol.dispose]();
      return storage;
    }
    held.storage = storage;
    storage.cache.subscribe({
      change: ({ entry }) => {
        if (entry === undefined && storage.terminating && storage.cache.size === 0) this.#options.emptied(name);
      },
    });
    return storage;
  }
}

const placesOf = (resources: readonly ServedResource[]) => resources.map(({ definition }) => definition);

/** Of all that is served of a definition. */
const fingerprintOf = ({ spec }: CustomResourceDefinition, names: CustomResourceDefinitionNames): string =>
  createHash('sha256')
    .update(encodeJson([spec, names]))
    .digest('hex');
