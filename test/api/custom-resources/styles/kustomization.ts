import { definition, fields, list, ready, text, type Style } from './style.ts';

const duration = text({ pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' });

/** Flux' and Cluster API's ways: durations by pattern, fields that never change, values of any type, rules with optionals. */
export const kustomization: Style = {
  title: 'fields that never change and values of any type, as Flux and Argo CD have them',
  definition: definition(
    'Kustomization',
    fields(
      {
        interval: duration,
        path: text({ default: './' }),
        prune: { type: 'boolean' },
        sourceRef: fields(
          { kind: text({ enum: ['GitRepository', 'Bucket'] }), name: text() },
          {
            required: ['kind', 'name'],
            'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'sourceRef is immutable' }],
          },
        ),
        dependsOn: list(fields({ name: text(), ready: text({ default: 'True' }) }, { required: ['name'] }), {
          maxItems: 32,
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          'x-kubernetes-validations': [
            { rule: 'oldSelf.all(d, self.exists(e, e.name == d.name))', message: 'dependencies are never dropped' },
          ],
        }),
        replicas: {
          type: 'integer',
          'x-kubernetes-validations': [
            {
              rule: '!oldSelf.hasValue() || self >= oldSelf.value()',
              optionalOldSelf: true,
              messageExpression: '"replicas cannot shrink below %d".format([oldSelf.orValue(0)])',
            },
          ],
        },
        values: { 'x-kubernetes-preserve-unknown-fields': true },
        port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
      },
      {
        required: ['interval', 'prune', 'sourceRef'],
        'x-kubernetes-validations': [
          { rule: "has(self.template) ? self.template.kind != 'Secret' : true", message: 'no Secrets in templates' },
          {
            rule: 'has(self.port) || !has(oldSelf.port)',
            message: 'port can be set, not unset',
          },
        ],
      },
    ),
    {
      columns: [
        { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        { name: 'Prune', type: 'boolean', jsonPath: '.spec.prune' },
      ],
    },
  ),
  good: {
    spec: {
      interval: '1h30m',
      prune: true,
      sourceRef: { kind: 'GitRepository', name: 'g' },
      dependsOn: [{ name: 'a' }, { name: 'b' }],
      replicas: 2,
      values: { any: [1, null, { __proto__x: 'x', constructor: 1 }] },
      port: '80%',
      template: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { labels: { a: 'b' } }, data: { x: 'y' } },
    },
  },
  defaulted: {
    spec: {
      path: './',
      dependsOn: [
        { name: 'a', ready: 'True' },
        { name: 'b', ready: 'True' },
      ],
    },
  },
  refused: [
    [{ spec: { interval: 'soon' } }, /spec\.interval: Invalid value: "soon": .* should match/],
    [{ spec: { port: true } }, /spec\.port: Invalid value: "boolean"/],
    [{ spec: { template: { kind: 'Secret' } } }, /spec: Invalid value: no Secrets in templates/],
    [{ spec: { template: { kind: null } } }, /spec\.template\.kind: Required value: must not be empty/],
  ],
  changes: [
    [{ spec: { sourceRef: { name: 'h' } } }, /spec\.sourceRef: Invalid value: sourceRef is immutable/],
    [{ spec: { dependsOn: [{ name: 'a' }] } }, /spec\.dependsOn: Invalid value: dependencies are never dropped/],
    [{ spec: { dependsOn: [{ name: 'c' }, { name: 'b' }, { name: 'a' }] } }],
    [{ spec: { replicas: 1 } }, /spec\.replicas: Invalid value: 1: replicas cannot shrink below 2/],
    [{ spec: { replicas: 3 } }],
    [{ spec: { port: null } }, /spec: Invalid value: port can be set, not unset/],
    [{ spec: { values: 'a text now', port: 80 } }],
  ],
  status: { conditions: [ready('False', 'BuildFailed')] },
  row: ['False', true],
};
