/** CustomResourceDefinitions on a raw API server: bodies, paths, and what to wait for. */
import type { CustomResourceDefinition } from '../../../schemas/gen/types.ts';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';
import { eventually } from '../../support/eventually.ts';
import type { RawAnswer, RawServer } from '../../support/raw-http.ts';

export const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
export const MERGE = { 'content-type': 'application/merge-patch+json' };
export const APPLY = { 'content-type': 'application/apply-patch+yaml' };
export const JSON_PATCH = { 'content-type': 'application/json-patch+json' };

const GROUP = 'shop.example.com';

/** Properties of `spec` of a version. */
export type Properties = Readonly<Record<string, JsonObject>>;

export interface VersionInput {
  readonly name?: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly spec?: Properties;
  /** Whatever else stands in the version. */
  readonly more?: JsonObject;
}

const STATUS: JsonObject = { type: 'object', properties: { replicas: { type: 'integer' }, note: { type: 'string' } } };

export const version = ({ name = 'v1', served = true, storage = true, spec = {}, more = {} }: VersionInput = {}) => ({
  name,
  served,
  storage,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: { spec: { type: 'object', properties: spec }, status: STATUS },
    },
  },
  ...more,
});

/** A definition named after its kind: `Cart` has carts. */
export function crd(
  kind: string,
  versions: readonly JsonObject[] = [version()],
  { names = {}, scope = 'Namespaced' }: { readonly names?: JsonObject; readonly scope?: string } = {},
): JsonObject {
  const plural = `${kind.toLowerCase()}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: { group: GROUP, scope, names: { plural, kind, ...names }, versions },
  };
}

export const nameOf = (definition: JsonObject): string => (definition as unknown as KubeObject).metadata.name;
export const pathOf = (kind: string, at = 'v1', namespace = 'default'): string =>
  `/apis/${GROUP}/${at}/namespaces/${namespace}/${kind.toLowerCase()}s`;

export const object = (kind: string, name: string, fields: JsonObject = {}, at = 'v1'): JsonObject => ({
  apiVersion: `${GROUP}/${at}`,
  kind,
  metadata: { name },
  ...fields,
});

export async function definitionOf(server: RawServer, name: string): Promise<CustomResourceDefinition> {
  return (await server.request('GET', `${CRDS}/${name}`)).json as unknown as CustomResourceDefinition;
}

export const conditionOf = ({ status }: CustomResourceDefinition, type: string) =>
  status?.conditions?.find((condition) => condition.type === type);

/** Makes a definition and waits until its objects are served. */
export async function establish(server: RawServer, definition: JsonObject): Promise<CustomResourceDefinition> {
  const made = await server.request('POST', CRDS, { body: definition });
  if (made.status !== 201) throw new Error(`the definition was refused: ${made.text}`);
  return established(server, nameOf(definition));
}

export const established = (server: RawServer, name: string): Promise<CustomResourceDefinition> =>
  eventually(`${name} is established`, async () => {
    const definition = await definitionOf(server, name);
    return conditionOf(definition, 'Established')?.status === 'True' ? definition : undefined;
  });

/** Changes a definition by a merge patch. */
export const change = (server: RawServer, definition: JsonObject, patch: JsonObject): Promise<RawAnswer> =>
  server.request('PATCH', `${CRDS}/${nameOf(definition)}`, { headers: MERGE, body: patch });

export const gone = (server: RawServer, path: string): Promise<boolean> =>
  eventually(`${path} is gone`, async () => (await server.request('GET', path)).status === 404);

/** The objects of a watch's events, in order, read until its end. */
export function eventsOf({ text }: RawAnswer): readonly { readonly type: string; readonly object: JsonObject }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly type: string; readonly object: JsonObject });
}
