import type { HttpClient } from '../../client/http.ts';
import { apiVersionOf, findByKindRef, findByTypedName, KINDS, kindsOfCategory } from '../../schemas/kinds.ts';
import type { KindDefinition } from '../../schemas/kind-definition.ts';
import type { KindRef } from '../../schemas/object.ts';
import { nearestName } from '../../schemas/values/suggestion.ts';
import { CommandError } from '../errors.ts';

/** What the command line must know of a kind; for kinds of the server alone it comes from discovery. */
export type KindInfo = Pick<
  KindDefinition,
  'group' | 'version' | 'kind' | 'listKind' | 'plural' | 'singular' | 'shortNames' | 'categories' | 'scope'
> & { readonly verbs?: readonly string[] };

/** Finds kinds by what people type: first in our own table, and only then by asking the server. */
export interface KindDirectory {
  /** `ctr`, `containers`, `containers.tsmoby.dev`. Rejects with CommandError, which suggests a near name. */
  typed(name: string): Promise<KindInfo>;
  /** Undefined when neither we nor the server know it. */
  find(ref: KindRef): Promise<KindInfo | undefined>;
  /** The kinds of `all` and other categories; empty when there is no such category. */
  category(name: string): Promise<readonly KindInfo[]>;
  /** Every kind that the server serves. */
  served(): Promise<readonly KindInfo[]>;
}

export function createKindDirectory(client: HttpClient): KindDirectory {
  let asked: Promise<readonly KindInfo[]> | undefined;
  const served = (): Promise<readonly KindInfo[]> =>
    (asked ??= import('./discover.ts').then(({ discoverKinds }) => discoverKinds(client)));
  return {
    served,
    async typed(name) {
      const known = findByTypedName(name) ?? findByTypedName(name, asDefinitions(await served()));
      if (known !== undefined) return known;
      const near = nearestName(name, typedNames([...KINDS, ...(await served())]));
      const hint = near === undefined ? '; see "tsmoby api-resources"' : `; did you mean "${near}"?`;
      throw new CommandError(`the server doesn't have a resource type "${name}"${hint}`);
    },
    find: async (ref) => findByKindRef(ref) ?? findByKindRef(ref, asDefinitions(await served())),
    async category(name) {
      const ours = kindsOfCategory(name);
      return ours.length > 0 ? ours : kindsOfCategory(name, asDefinitions(await served()));
    },
  };
}

/** The look-ups read names only, which discovery has. */
const asDefinitions = (kinds: readonly KindInfo[]): readonly KindDefinition[] => kinds as readonly KindDefinition[];

const typedNames = (kinds: readonly KindInfo[]): readonly string[] =>
  kinds.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]);

/** As manifests name it. */
export const refOf = (kind: KindInfo): KindRef => ({ apiVersion: apiVersionOf(kind), kind: kind.kind });

/** `containers.tsmoby.dev`, `configmaps`. */
export const resourceOf = ({ plural, group }: KindInfo): string => (group === '' ? plural : `${plural}.${group}`);

/** `container.tsmoby.dev`, `configmap`: what stands before the `/` in output. */
export const singularOf = ({ singular, group }: KindInfo): string => (group === '' ? singular : `${singular}.${group}`);

/** `container.tsmoby.dev/web` */
export const shownName = (kind: KindInfo, name: string): string => `${singularOf(kind)}/${name}`;
