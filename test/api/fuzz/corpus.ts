/** Requests as clients really send them: what the fuzzer bends. */
export interface Sample {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: unknown;
}

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const WIDGETS = '/apis/test.tsmoby.dev/v1/namespaces/default/widgets';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const configMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: 'a',
    namespace: 'default',
    labels: { app: 'x', 'a.b/c': 'd' },
    annotations: { note: 'text' },
    finalizers: ['test.tsmoby.dev/held'],
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'o', uid: '1', controller: true }],
    managedFields: [
      {
        manager: 'm',
        operation: 'Apply',
        apiVersion: 'v1',
        time: '2026-01-01T00:00:00Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:k': {} }, 'f:metadata': { 'f:finalizers': { 'v:"a/b"': {} } } },
      },
    ],
  },
  data: { k: 'v', l: 'w' },
  binaryData: { b: 'AAEC' },
  immutable: false,
};
const widget = {
  apiVersion: 'test.tsmoby.dev/v1',
  kind: 'Widget',
  metadata: { name: 'a', generateName: 'w-' },
  spec: { size: 3, color: 'red' },
  status: {
    seen: 1,
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Other', status: 'False' },
    ],
  },
};
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a' },
  type: 'Opaque',
  data: { k: 'YQ==' },
  stringData: { s: 't' },
};
const lease = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: 'a' },
  spec: {
    holderIdentity: 'h',
    leaseDurationSeconds: 15,
    renewTime: '2026-01-01T00:00:00.123456Z',
    leaseTransitions: 1,
  },
};
const controllerRevision = {
  apiVersion: 'apps/v1',
  kind: 'ControllerRevision',
  metadata: { name: 'a' },
  data: { spec: { image: 'a' } },
  revision: 1,
};
const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'default' },
  involvedObject: { kind: 'ConfigMap', namespace: 'default', name: 'a' },
  reason: 'Made',
  message: 'text',
  type: 'Normal',
  count: 1,
  firstTimestamp: '2026-01-01T00:00:00Z',
  source: { component: 'c' },
};
const container = {
  apiVersion: 'tsmoby.dev/v1alpha1',
  kind: 'Container',
  metadata: { name: 'a' },
  spec: {
    image: 'x',
    command: ['sh'],
    env: [{ name: 'A', value: 'b' }],
    ports: [{ containerPort: 80, protocol: 'TCP' }],
  },
};
const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 0, maximum: 10, default: 1 },
        words: {
          type: 'array',
          maxItems: 5,
          items: { type: 'string', pattern: '^[a-z]+$' },
          'x-kubernetes-list-type': 'set',
        },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, port: { 'x-kubernetes-int-or-string': true } },
          },
        },
        any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        map: { type: 'object', additionalProperties: { type: 'string', format: 'date-time', nullable: true } },
      },
      'x-kubernetes-validations': [
        { rule: 'self.size > 0', message: 'too small' },
        { rule: 'self.size >= oldSelf.size' },
      ],
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' } } },
  },
};
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.fuzz.dev' },
  spec: {
    group: 'fuzz.dev',
    names: {
      plural: 'gadgets',
      singular: 'gadget',
      kind: 'Gadget',
      listKind: 'GadgetList',
      shortNames: ['gd'],
      categories: ['all'],
    },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.replicas' } },
        additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
        selectableFields: [{ jsonPath: '.spec.size' }],
      },
    ],
    conversion: { strategy: 'None' },
  },
};
const patches = {
  json: [
    { op: 'add', path: '/data/x', value: 'y' },
    { op: 'test', path: '/metadata/name', value: 'a' },
    { op: 'move', from: '/data/k', path: '/data/m' },
    { op: 'copy', from: '/data', path: '/metadata/annotations' },
    { op: 'remove', path: '/data/m' },
  ],
  merge: { metadata: { labels: { x: null, y: 'z' }, resourceVersion: '1' }, data: { k: 'w' } },
  strategic: {
    metadata: {
      finalizers: ['a/b'],
      '$setElementOrder/finalizers': ['a/b'],
      '$deleteFromPrimitiveList/finalizers': ['c/d'],
      ownerReferences: [{ $patch: 'delete', uid: '1' }],
    },
    data: { $patch: 'replace', $retainKeys: ['k'], k: 'w' },
  },
};
const access = { namespace: 'default', verb: 'get', group: '', resource: 'configmaps', name: 'a' };
const write = { fieldManager: 'fuzz', fieldValidation: 'Strict', dryRun: 'All' };
const read = {
  labelSelector: 'app in (x,y),!z,a.b/c!=d',
  fieldSelector: 'metadata.name=a,metadata.namespace!=b',
  limit: '2',
  resourceVersion: '0',
  resourceVersionMatch: 'NotOlderThan',
};
const token = Buffer.from(JSON.stringify({ v: 1, revision: 3, after: 'default/a' })).toString('base64url');

const crud = (path: string, object: object): readonly Sample[] => [
  { method: 'POST', path, query: write, body: object },
  { method: 'POST', path, query: {}, body: object },
  { method: 'PUT', path: `${path}/a`, query: write, body: object },
  { method: 'PUT', path: `${path}/a/status`, query: {}, body: object },
  { method: 'PATCH', path: `${path}/a`, query: {}, contentType: 'application/merge-patch+json', body: patches.merge },
  { method: 'PATCH', path: `${path}/a`, query: {}, contentType: 'application/json-patch+json', body: patches.json },
  {
    method: 'PATCH',
    path: `${path}/a`,
    query: { fieldManager: 'f', force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: { ...object, metadata: { name: 'a' } },
  },
  { method: 'GET', path, query: read },
  { method: 'GET', path, query: { continue: token, limit: '1' } },
  { method: 'GET', path: `${path}/a`, query: {} },
  {
    method: 'GET',
    path,
    query: { watch: 'true', timeoutSeconds: '1', resourceVersion: '1', allowWatchBookmarks: 'true' },
  },
  {
    method: 'GET',
    path,
    query: { watch: '1', timeoutSeconds: '1', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' },
  },
  {
    method: 'DELETE',
    path: `${path}/a`,
    query: { propagationPolicy: 'Background', gracePeriodSeconds: '0' },
    body: { preconditions: { uid: 'x' }, dryRun: ['All'], propagationPolicy: 'Orphan' },
  },
  { method: 'DELETE', path, query: { labelSelector: 'never=there' } },
];

export const CORPUS: readonly Sample[] = [
  ...crud(CONFIG_MAPS, configMap),
  ...crud(WIDGETS, widget),
  ...crud('/api/v1/namespaces/default/secrets', secret),
  ...crud('/apis/coordination.k8s.io/v1/namespaces/default/leases', lease),
  ...crud('/apis/apps/v1/namespaces/default/controllerrevisions', controllerRevision),
  ...crud('/api/v1/namespaces/default/events', event),
  ...crud('/apis/events.k8s.io/v1/namespaces/default/events', event),
  ...crud('/apis/tsmoby.dev/v1alpha1/namespaces/default/containers', container),
  ...crud(DEFINITIONS, definition),
  ...crud('/apis/fuzz.dev/v1/namespaces/default/gadgets', {
    apiVersion: 'fuzz.dev/v1',
    kind: 'Gadget',
    metadata: { name: 'a' },
    spec: { size: 3, words: ['a'] },
  }),
  {
    method: 'PATCH',
    path: `${CONFIG_MAPS}/a`,
    query: {},
    contentType: 'application/strategic-merge-patch+json',
    body: patches.strategic,
  },
  { method: 'GET', path: '/apis/fuzz.dev/v1/namespaces/default/gadgets/a/scale', query: {} },
  {
    method: 'PATCH',
    path: '/apis/fuzz.dev/v1/namespaces/default/gadgets/a/scale',
    query: {},
    contentType: 'application/merge-patch+json',
    body: { spec: { replicas: 2 } },
  },
  {
    method: 'POST',
    path: '/api/v1/namespaces',
    query: {},
    body: { metadata: { name: 'n' }, spec: { finalizers: ['kubernetes'] } },
  },
  {
    method: 'PUT',
    path: '/api/v1/namespaces/n/finalize',
    query: {},
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' }, spec: { finalizers: [] } },
  },
  {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    query: {},
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: access },
    },
  },
  {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
    query: {},
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: 'default' } },
  },
  {
    method: 'POST',
    path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    query: {},
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  },
  ...[
    '/api',
    '/apis',
    '/api/v1',
    '/openapi/v2',
    '/openapi/v3',
    '/openapi/v3/api/v1',
    '/version',
    '/metrics',
    '/readyz',
    '/healthz',
    '/livez/ping',
  ].map((path): Sample => ({ method: 'GET', path, query: { timeout: '32s', verbose: '', hash: 'X' } })),
];
