/** Which requests exist for a kind: the one table from which both OpenAPI versions' paths are made. */
import type { KindDefinition } from '../kind-definition.ts';
import { apiVersionOf } from '../kinds.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A query or path parameter. */
export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'integer' | 'boolean';
  readonly description: string;
}

export interface Operation {
  readonly method: Method;
  /** Kubernetes' word: list, get, post, put, patch, delete, deletecollection. */
  readonly action: string;
  readonly description: string;
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  /** What goes in: an object of the kind, a patch, DeleteOptions, or nothing. */
  readonly request?: 'object' | 'patch' | 'deleteOptions';
  readonly response: 'object' | 'list' | 'status';
  readonly statusCodes: readonly number[];
}

export interface OperationPath {
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly operations: readonly Operation[];
}

const query = (name: string, type: Parameter['type'], description: string): Parameter => ({
  name,
  in: 'query',
  type,
  description,
});
const inPath = (name: string, description: string): Parameter => ({ name, in: 'path', type: 'string', description });

const PRETTY = query('pretty', 'string', 'Accepted and without effect.');
const NAMESPACE = inPath('namespace', 'Namespace of the object.');
const DRY_RUN = query('dryRun', 'string', '`All`: check everything, change nothing.');
const WRITE = [
  DRY_RUN,
  query('fieldManager', 'string', 'Name of who makes the change, at most 128 characters.'),
  query(
    'fieldValidation',
    'string',
    'Unknown and duplicate fields: Strict refuses, Warn (default) warns, Ignore drops.',
  ),
];
const FORCE = query('force', 'boolean', 'Server-side apply only: take over fields that others own.');
const SELECT = [
  query('labelSelector', 'string', 'Only objects whose labels match.'),
  query('fieldSelector', 'string', 'Only objects whose fields match.'),
];
const LIST = [
  ...SELECT,
  query('limit', 'integer', 'At most so many objects; more follow with continue.'),
  query('continue', 'string', 'Token of the page before.'),
  query('resourceVersion', 'string', 'Version that the answer must show, or begin after.'),
  query('resourceVersionMatch', 'string', 'How resourceVersion is meant: Exact or NotOlderThan.'),
  query('sendInitialEvents', 'boolean', 'Watch: begin with the objects that are there.'),
  query('allowWatchBookmarks', 'boolean', 'Watch: tell the version from time to time.'),
  query('timeoutSeconds', 'integer', 'End after so many seconds.'),
  query('watch', 'boolean', 'Stream changes instead of listing.'),
];
const DELETE = [
  DRY_RUN,
  query('gracePeriodSeconds', 'integer', 'Seconds the object may take to end.'),
  query('propagationPolicy', 'string', 'Dependents: Background, Foreground or Orphan.'),
];

/** All paths of a kind, collections first. */
export function operationPaths(definition: KindDefinition): readonly OperationPath[] {
  const { group, kind, plural, scope, subresources } = definition;
  const root = `${group === '' ? '/api' : '/apis'}/${apiVersionOf(definition)}`;
  const namespaced = scope === 'Namespaced';
  const scoped = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
  const shared = namespaced ? [NAMESPACE, PRETTY] : [PRETTY];
  const named = [inPath('name', `Name of the ${kind}.`), ...shared];
  const id = (verb: string, suffix = ''): string =>
    `${verb}${idPart(definition)}${namespaced ? 'Namespaced' : ''}${kind}${suffix}`;
  if (definition.unstored) {
    const answered = collection(definition, id).filter(({ action }) => action === 'post');
    return [{ path: scoped, parameters: shared, operations: answered }];
  }
  const paths: readonly OperationPath[] = [
    { path: scoped, parameters: shared, operations: collection(definition, id) },
    { path: `${scoped}/{name}`, parameters: named, operations: item(kind, id) },
    ...subresources.map((name) => ({
      path: `${scoped}/{name}/${name}`,
      parameters: named,
      operations: item(`${name} of the specified ${kind}`, (verb) => id(verb, capital(name))).filter(
        ({ method }) => method !== 'delete',
      ),
    })),
    ...(namespaced
      ? [
          {
            path: `${root}/${plural}`,
            parameters: [PRETTY],
            operations: [listOperation(kind, `list${idPart(definition)}${kind}ForAllNamespaces`)],
          },
        ]
      : []),
  ];
  return definition.readOnly !== undefined ? paths.map(onlyReads) : paths;
}

const onlyReads = (path: OperationPath): OperationPath => ({
  ...path,
  operations: path.operations.filter(({ method }) => method === 'get'),
});

type MakeId = (verb: string, suffix?: string) => string;

const listOperation = (kind: string, operationId: string): Operation => ({
  method: 'get',
  action: 'list',
  description: `list or watch objects of kind ${kind}`,
  operationId,
  parameters: LIST,
  response: 'list',
  statusCodes: [200],
});

function collection({ group, kind }: KindDefinition, id: MakeId): readonly Operation[] {
  const all: readonly Operation[] = [
    listOperation(kind, id('list')),
    {
      method: 'post',
      action: 'post',
      description: `create a ${kind}`,
      operationId: id('create'),
      parameters: WRITE,
      request: 'object',
      response: 'object',
      statusCodes: [200, 201, 202],
    },
    {
      method: 'delete',
      action: 'deletecollection',
      description: `delete collection of ${kind}`,
      operationId: id('deleteCollection'),
      parameters: [...LIST.filter(({ name }) => name !== 'watch' && name !== 'allowWatchBookmarks'), ...DELETE],
      request: 'deleteOptions',
      response: 'status',
      statusCodes: [200],
    },
  ];
  return all.filter(({ action }) => action !== 'deletecollection' || group !== '' || kind !== 'Namespace');
}

function item(what: string, id: MakeId): readonly Operation[] {
  const one = { response: 'object', statusCodes: [200] } as const;
  return [
    { ...one, method: 'get', action: 'get', description: `read the ${what}`, operationId: id('read'), parameters: [] },
    {
      ...one,
      method: 'put',
      action: 'put',
      description: `replace the ${what}`,
      operationId: id('replace'),
      parameters: WRITE,
      request: 'object',
      statusCodes: [200, 201],
    },
    {
      ...one,
      method: 'patch',
      action: 'patch',
      description: `change the ${what} in part`,
      operationId: id('patch'),
      parameters: [...WRITE, FORCE],
      request: 'patch',
      statusCodes: [200, 201],
    },
    {
      method: 'delete',
      action: 'delete',
      description: `delete the ${what}`,
      operationId: id('delete'),
      parameters: DELETE,
      request: 'deleteOptions',
      response: 'status',
      statusCodes: [200, 202],
    },
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `CoreV1`, `CoordinationV1`, `TsmobyDevV1alpha1`: what Kubernetes puts into operation ids. */
function idPart({ group, version }: KindDefinition): string {
  const name = group === '' ? 'core' : group.replace(/\.k8s\.io$/, '');
  return name.split('.').map(capital).join('') + capital(version);
}
