/** The table of built-in kinds. Kinds of CustomResourceDefinitions join them at run time, in the API server's registry. */
import { build } from './definitions/build.ts';
import { builder } from './definitions/builder.ts';
import { configMap } from './definitions/config-map.ts';
import { container } from './definitions/container.ts';
import { controllerRevision } from './definitions/controller-revision.ts';
import { customResourceDefinition } from './definitions/custom-resource-definition.ts';
import { event } from './definitions/event.ts';
import { image } from './definitions/image.ts';
import { lease } from './definitions/lease.ts';
import { namespace } from './definitions/namespace.ts';
import { network } from './definitions/network.ts';
import { newerEvent } from './definitions/newer-event.ts';
import { plan } from './definitions/plan.ts';
import { pod } from './definitions/pod.ts';
import { secret } from './definitions/secret.ts';
import { service } from './definitions/service.ts';
import { sync } from './definitions/sync.ts';
import { volume } from './definitions/volume.ts';
import type { KindDefinition } from './kind-definition.ts';
import type { GroupVersionKind, KindRef } from './object.ts';

/** Every kind this build knows, core first: where a typed name fits several kinds, the earlier row wins. */
export const KINDS: readonly KindDefinition[] = [
  namespace,
  configMap,
  secret,
  event,
  lease,
  controllerRevision,
  customResourceDefinition,
  container,
  image,
  volume,
  network,
  build,
  builder,
  sync,
];

/** Further places at which kinds of the table are served; they have no objects of their own. */
export const ALSO_SERVED_KINDS: readonly KindDefinition[] = [newerEvent, pod, service];

/** Our own questions, of which nothing is kept. */
export const QUESTION_KINDS: readonly KindDefinition[] = [plan];

/** `v1` for the core group, `group/version` for the others. */
export function apiVersionOf({ group, version }: { readonly group: string; readonly version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}

/** Group and version of an `apiVersion`; undefined when it is not one (more than one slash, nothing before or behind it). */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } | undefined {
  const parts = apiVersion.split('/');
  if (parts.some((part) => part === '') || parts.length > 2) return undefined;
  const [first = '', second] = parts;
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

/** The kind as manifests name it. */
export function kindRefOf(definition: KindDefinition): KindRef {
  return { apiVersion: apiVersionOf(definition), kind: definition.kind };
}

export function findByGroupVersionKind(
  gvk: GroupVersionKind,
  kinds: readonly KindDefinition[] = KINDS,
): KindDefinition | undefined {
  return kinds.find((row) => row.group === gvk.group && row.version === gvk.version && row.kind === gvk.kind);
}

export function findByKindRef(ref: KindRef, kinds: readonly KindDefinition[] = KINDS): KindDefinition | undefined {
  return kinds.find((row) => row.kind === ref.kind && apiVersionOf(row) === ref.apiVersion);
}

/** `version` narrows the search to one version of the group; the first row wins without it. */
export function findByResource(
  { group, plural, version }: { readonly group: string; readonly plural: string; readonly version?: string },
  kinds: readonly KindDefinition[] = KINDS,
): KindDefinition | undefined {
  return kinds.find(
    (row) => row.group === group && row.plural === plural && (version === undefined || row.version === version),
  );
}

/**
 * The kind that a person means: plural, singular, short name or kind, in any case, alone or followed by `.group` or
 * `.version.group` (`ctr`, `Container`, `containers.tsmoby.dev`, `leases.v1.coordination.k8s.io`). Plural names go
 * before short names, and earlier rows before later ones.
 */
export function findByTypedName(typed: string, kinds: readonly KindDefinition[] = KINDS): KindDefinition | undefined {
  const [name = '', ...rest] = typed.toLowerCase().split('.');
  const suffix = rest.join('.');
  const fits = (row: KindDefinition): boolean =>
    suffix === '' || suffix === row.group || suffix === [row.version, row.group].filter(Boolean).join('.');
  const candidates = kinds.filter(fits);
  return (
    candidates.find((row) => row.plural === name || row.singular === name || row.kind.toLowerCase() === name) ??
    candidates.find((row) => row.shortNames.includes(name))
  );
}

/** The kinds of a category (`all`, `tsmoby`), in the order of the table. */
export function kindsOfCategory(category: string, kinds: readonly KindDefinition[] = KINDS): readonly KindDefinition[] {
  return kinds.filter((row) => row.categories.includes(category));
}
