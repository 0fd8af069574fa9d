/** Legacy discovery: what this server serves, as one document a level. All of it is derived from the registry. */
import type { Capabilities, ServedResource } from '../registry/resource.ts';
import type { Registry } from '../registry/registry.ts';
import { compareVersions } from '../../schemas/values/version-order.ts';
import { jsonDocument, type DocumentResponse } from './document.ts';

/** The real server's order for custom kinds. */
const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
/** Of them, those that a kind keeps which is on its way out. */
const LAST_VERBS: ReadonlySet<string> = new Set(['delete', 'deletecollection', 'get', 'list', 'watch']);

/** The verbs that discovery tells of a resource. */
export function verbsOfResource({ definition, capabilities, terminating }: ServedResource): readonly string[] {
  const verbs = verbsOf(capabilities);
  if (definition.builtin) return verbs;
  return CUSTOM_VERBS.filter((verb) => verbs.includes(verb) && (terminating !== true || LAST_VERBS.has(verb)));
}

/** The verbs that follow from what a resource can do, sorted as the real server sorts them. */
export function verbsOf(capabilities: Capabilities): readonly string[] {
  const { create, delete: remove, deleteCollection, get, list, patchTypes, update, watch } = capabilities;
  const { readLog, readBuildLog, readCache, pruneCache, readPreview } = capabilities;
  const talks = capabilities.exec ?? capabilities.attach ?? capabilities.openPorts;
  return [
    ...(create || pruneCache || talks ? ['create'] : []),
    ...(remove ? ['delete'] : []),
    ...(deleteCollection ? ['deletecollection'] : []),
    ...(get || readLog || readBuildLog || readCache || readPreview || talks ? ['get'] : []),
    ...(list ? ['list'] : []),
    ...(update && patchTypes !== undefined ? ['patch'] : []),
    ...(update ? ['update'] : []),
    ...(watch ? ['watch'] : []),
  ];
}

/** GET /api. */
export function coreVersions(registry: Registry): DocumentResponse {
  const versions = versionsOf(registry, '');
  return jsonDocument({
    kind: 'APIVersions',
    versions,
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '' }],
  });
}

/** GET /apis. */
export function groups(registry: Registry): DocumentResponse {
  const items = groupNames(registry).map((name) => describeGroup(registry, name));
  return jsonDocument({ kind: 'APIGroupList', apiVersion: 'v1', groups: items });
}

/** GET /apis/GROUP. */
export function group(registry: Registry, name: string): DocumentResponse | undefined {
  if (name === '' || versionsOf(registry, name).length === 0) return undefined;
  return jsonDocument({ kind: 'APIGroup', apiVersion: 'v1', ...describeGroup(registry, name) });
}

/** GET /api/v1 and /apis/GROUP/VERSION. */
export function resources(registry: Registry, groupName: string, version: string): DocumentResponse | undefined {
  const served = servedIn(registry, groupName, version);
  if (served.length === 0) return undefined;
  const groupVersion = groupName === '' ? version : `${groupName}/${version}`;
  const rows = served.flatMap(describeResource);
  return jsonDocument({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: rows });
}

/** Groups besides the core one, by name. */
export function groupNames(registry: Registry): readonly string[] {
  const names = new Set(registry.all().map(({ definition }) => definition.group));
  names.delete('');
  return [...names].sort();
}

/** Versions of a group, the preferred one first. */
export function versionsOf(registry: Registry, groupName: string): readonly string[] {
  const served = registry.all().filter(({ definition }) => definition.group === groupName);
  return [...new Set(served.map(({ definition }) => definition.version))].sort(compareVersions);
}

/** Resources of one group version, by plural. */
export function servedIn(registry: Registry, groupName: string, version: string): readonly ServedResource[] {
  return registry
    .all()
    .filter(({ definition }) => definition.group === groupName && definition.version === version)
    .sort((a, b) => (a.definition.plural < b.definition.plural ? -1 : 1));
}

/**
 * Groups of Kubernetes' own kinds answer what they do not have with a Status; in others, and in groups that nobody has
 * heard of, it is a plain page, as on the real server.
 */
export const isBuiltinGroup = (registry: Registry, groupName: string): boolean =>
  groupName === '' || registry.all().some(({ definition }) => definition.group === groupName && definition.builtin);

/** What a subresource's bodies are, or its query where it has none. */
export function kindOfSubresource(
  { represents, exec, attach, openPorts }: Capabilities,
  { definition: { group, version, kind } }: Pick<ServedResource, 'definition'>,
): { readonly group: string; readonly version: string; readonly kind: string } {
  if (exec) return { group: '', version: 'v1', kind: 'PodExecOptions' };
  if (attach) return { group: '', version: 'v1', kind: 'PodAttachOptions' };
  if (openPorts) return { group: '', version: 'v1', kind: 'PodPortForwardOptions' };
  if (represents === undefined) return { group, version, kind };
  const { definition: other } = represents;
  return { group: other.group, version: other.version, kind: other.kind };
}

/** A kind of another group is told with its group and version. */
function briefKindOf(sub: Capabilities, resource: ServedResource) {
  const { group, version, kind } = kindOfSubresource(sub, resource);
  const isSame = group === resource.definition.group && version === resource.definition.version;
  return isSame ? { kind } : { group, version, kind };
}

function describeGroup(registry: Registry, name: string) {
  const versions = versionsOf(registry, name).map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

/** Subresources as they are told: of built-in kinds by name, of others as a real server tells those of a definition, status first. */
export function subresourcesInOrder({ definition, subresources }: ServedResource): readonly [string, Capabilities][] {
  const all = [...subresources];
  return definition.builtin ? all.sort(([a], [b]) => (a < b ? -1 : 1)) : all;
}

function describeResource(resource: ServedResource) {
  const { definition } = resource;
  const { plural, singular, scope, kind, shortNames, categories } = definition;
  const namespaced = scope === 'Namespaced';
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs: verbsOfResource(resource),
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
  const below = subresourcesInOrder(resource).map(([name, sub]) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    ...briefKindOf(sub, resource),
    verbs: verbsOf(sub),
  }));
  return [main, ...below];
}
