import type { Api } from './api.ts';

interface Found {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly finalizers?: readonly string[] };
}

interface FoundDefinition extends Found {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const NAMESPACES = '/api/v1/namespaces';
/** Kinds that cases hold with finalizers, besides those of their definitions. */
const HELD = ['configmaps', 'secrets'];
/** What is in other people's Secrets is not asked for. */
const METADATA = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/**
 * Deletes what a run has left: namespaces and definitions carry its name. What a case that was interrupted holds with a finalizer is
 * let go, or they would stay. Does not wait until they are gone.
 */
export async function sweep(run: string, api: Api): Promise<void> {
  const definitions = (await list<FoundDefinition>(DEFINITIONS, api)).filter(({ metadata }) =>
    metadata.name.includes(run),
  );
  const namespaces = (await list(NAMESPACES, api)).filter(({ metadata }) => metadata.name.includes(run));
  for (const plural of HELD) await letGo('/api/v1', plural, run, api);
  for (const { spec } of definitions) {
    const version = spec.versions.find(({ served }) => served)?.name;
    if (version !== undefined) await letGo(`/apis/${spec.group}/${version}`, spec.names.plural, '', api);
  }
  for (const { metadata } of definitions) await api.send('DELETE', `${DEFINITIONS}/${metadata.name}`);
  for (const { metadata } of namespaces) await api.send('DELETE', `${NAMESPACES}/${metadata.name}`);
}

/** In the namespaces whose names hold `run`. */
async function letGo(root: string, plural: string, run: string, api: Api): Promise<void> {
  for (const { metadata } of await list(`${root}/${plural}`, api, METADATA)) {
    const { name, namespace, finalizers = [] } = metadata;
    if (finalizers.length === 0 || !(namespace ?? '').includes(run)) continue;
    const parent = namespace === undefined ? root : `${root}/namespaces/${namespace}`;
    await api.send('PATCH', `${parent}/${plural}/${name}`, { body: '{"metadata":{"finalizers":null}}' });
  }
}

/** Nothing of what is not served. */
async function list<T extends Found>(path: string, api: Api, accept = 'application/json'): Promise<readonly T[]> {
  const { status, text } = await api.send('GET', path, { accept });
  if (status === 404) return [];
  if (status !== 200) throw new Error(`what the run has made is not taken away: ${text}`);
  return (JSON.parse(text) as { readonly items?: readonly T[] }).items ?? [];
}
