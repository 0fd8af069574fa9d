/** Aggregated discovery: all of it in two documents, which saves kubectl one request a group version. */
import type { Representation } from '../negotiate.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../registry/resource.ts';
import {
  groupNames,
  kindOfSubresource,
  servedIn,
  subresourcesInOrder,
  verbsOf,
  verbsOfResource,
  versionsOf,
} from './discovery.ts';
import { jsonDocument, type DocumentResponse } from './document.ts';

/** The document for `/api` (`core`) or `/apis` (`groups`); undefined when the client did not ask for this form. */
export function aggregated(
  registry: Registry,
  { transform }: Representation,
  part: 'core' | 'groups',
): DocumentResponse | undefined {
  if (transform.as !== 'APIGroupDiscoveryList') return undefined;
  const names = part === 'core' ? [''] : groupNames(registry);
  return jsonDocument(
    {
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${transform.version}`,
      metadata: {},
      items: names.map((name) => describeGroup(registry, name)),
    },
    `application/json;g=apidiscovery.k8s.io;v=${transform.version};as=APIGroupDiscoveryList`,
  );
}

function describeGroup(registry: Registry, name: string) {
  return {
    metadata: name === '' ? {} : { name },
    versions: versionsOf(registry, name).map((version) => ({
      version,
      freshness: 'Current',
      resources: servedIn(registry, name, version).map(describeResource),
    })),
  };
}

function describeResource(resource: ServedResource) {
  const { definition } = resource;
  const { group, version, kind, plural, singular, scope, shortNames, categories } = definition;
  const below = subresourcesInOrder(resource).map(([name, sub]) => ({
    subresource: name,
    responseKind: kindOfSubresource(sub, resource),
    verbs: verbsOf(sub),
  }));
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope,
    singularResource: singular,
    verbs: verbsOfResource(resource),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(below.length > 0 ? { subresources: below } : {}),
  };
}
