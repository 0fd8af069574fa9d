/** `kubectl apply` on the client side. */
import type { Case } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';
import { widgets } from './definitions.ts';
import { widget } from './objects.ts';

const configMap = (data: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a${more}}\ndata: {${data}}\n`;
const lastApplied = `-o go-template='{{index .metadata.annotations "kubectl.kubernetes.io/last-applied-configuration"}}'`;

export const applyCases: readonly Case[] = [
  {
    title: 'says created, unchanged, configured',
    files: { 'a.yaml': configMap('k: v') },
    steps: [
      { kubectl: 'apply -f a.yaml', out: 'configmap/a created' },
      { kubectl: 'apply -f a.yaml', out: 'configmap/a unchanged' },
      { file: 'a.yaml', text: configMap('k: w') },
      { kubectl: 'apply -f a.yaml', out: 'configmap/a configured' },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'w' },
    ],
  },
  {
    title: 'unchanged does not touch the object',
    files: { 'a.yaml': configMap('k: v') },
    steps: [
      { kubectl: 'apply -f a.yaml -o jsonpath={.metadata.resourceVersion}', save: 'before' },
      { kubectl: 'apply -f a.yaml -o jsonpath={.metadata.resourceVersion}', out: '%before%' },
    ],
  },
  {
    title: 'keeps the applied configuration in an annotation',
    steps: [
      { kubectl: 'apply -f -', input: configMap('k: v'), out: 'configmap/a created' },
      {
        kubectl: `get cm a ${lastApplied}`,
        out: '{"apiVersion":"v1","data":{"k":"v"},"kind":"ConfigMap","metadata":{"annotations":{},"name":"a","namespace":"%NS%"}}',
      },
    ],
  },
  {
    title: 'removes what the last manifest had and this one has not, and keeps what others added',
    files: { 'a.yaml': configMap('one: "1", two: "2"') },
    steps: [
      { kubectl: 'apply -f a.yaml', out: 'configmap/a created' },
      { kubectl: `patch cm a -p '{"data":{"theirs":"x"}}'`, out: 'configmap/a patched' },
      { kubectl: 'apply -f -', input: configMap('one: "1"'), out: 'configmap/a configured' },
      { kubectl: 'get cm a -o json', json: { data: { one: '1', theirs: 'x', two: ABSENT } } },
    ],
  },
  {
    title: 'sets back what others changed',
    files: { 'a.yaml': configMap('k: v') },
    steps: [
      { kubectl: 'apply -f a.yaml', out: 'configmap/a created' },
      { kubectl: `patch cm a -p '{"data":{"k":"theirs"}}'`, out: 'configmap/a patched' },
      { kubectl: 'apply -f a.yaml', out: 'configmap/a configured' },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'v' },
    ],
  },
  {
    title: 'removes labels and annotations that the manifest no longer has',
    steps: [
      {
        kubectl: 'apply -f -',
        input: configMap('k: v', ', labels: {v: "1", w: "2"}, annotations: {note: "1"}'),
        out: 'configmap/a created',
      },
      { kubectl: 'label cm a theirs=z', out: 'configmap/a labeled' },
      { kubectl: 'apply -f -', input: configMap('k: v', ', labels: {v: "1"}'), out: 'configmap/a configured' },
      {
        kubectl: 'get cm a -o json',
        json: { metadata: { labels: { v: '1', theirs: 'z', w: ABSENT }, annotations: { note: ABSENT } } },
      },
    ],
  },
  {
    title: 'to an object that create made warns, and takes it over',
    given: configMap('k: v, other: w'),
    steps: [
      {
        kubectl: 'apply -f -',
        input: configMap('k: x'),
        out: 'configmap/a configured',
        err: /^Warning: resource configmaps\/a is missing the kubectl\.kubernetes\.io\/last-applied-configuration annotation/,
      },
      { kubectl: 'get cm a -o json', json: { data: { k: 'x', other: 'w' } } },
    ],
  },
  {
    title: 'null removes a field whoever set it',
    given: configMap('k: v, other: w'),
    steps: [
      {
        kubectl: 'apply -f - --validate=false',
        input: configMap('k: null'),
        out: 'configmap/a configured',
        err: /Warning/,
      },
      { kubectl: 'get cm a -o json', json: { data: { other: 'w', k: ABSENT } } },
    ],
  },
  {
    title: 'of several documents says what became of each',
    files: {
      'a.yaml': `${configMap('k: v')}---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\n---\n# nothing\n---\n`,
    },
    steps: [
      { kubectl: 'apply -f a.yaml', out: 'configmap/a created\nsecret/b created' },
      { kubectl: 'patch cm a -p \'{"data":{"k":"w"}}\'', out: 'configmap/a patched' },
      { kubectl: 'apply -f a.yaml', out: 'configmap/a configured\nsecret/b unchanged' },
    ],
  },
  {
    title: 'goes on after an object that is refused, and exits with 1',
    steps: [
      {
        kubectl: 'apply -f -',
        input: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: Bad_Name}\n---\n${configMap('k: v')}`,
        exit: 1,
        out: 'configmap/a created',
        err: /The ConfigMap "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/,
      },
    ],
  },
  {
    title: 'of a custom resource merges maps and replaces lists',
    definitions: widgets,
    steps: [
      { kubectl: 'apply -f -', input: widget('size: 1, words: [a, b], note: mine'), out: 'widget.%GROUP%/a created' },
      {
        kubectl: `patch widgets.%GROUP% a --type=merge -p '{"spec":{"replicas":4,"words":["c"]}}'`,
        out: 'widget.%GROUP%/a patched',
      },
      { kubectl: 'apply -f -', input: widget('size: 2, words: [a]'), out: 'widget.%GROUP%/a configured' },
      {
        kubectl: 'get widgets.%GROUP% a -o json',
        json: { spec: { size: 2, words: ['a'], replicas: 4, note: ABSENT } },
      },
      { kubectl: 'apply -f -', input: widget('size: 2, words: [a]'), out: 'widget.%GROUP%/a unchanged' },
    ],
  },
  {
    title: 'of a List and of JSON',
    steps: [
      {
        kubectl: 'apply -f -',
        input: `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}]}`,
        out: 'configmap/a created',
      },
      {
        kubectl: 'apply -f -',
        input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}',
        out: 'configmap/a unchanged',
      },
    ],
  },
  {
    title: 'takes back what get printed',
    given: configMap('k: v'),
    steps: [
      { kubectl: 'get cm a -o json', save: 'printed' },
      { kubectl: 'delete cm a', out: /deleted/ },
      { kubectl: 'apply -f -', input: '%printed%', exit: 0, out: 'configmap/a created' },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'v' },
    ],
  },
  {
    title: '--dry-run=server says what would be, and changes nothing',
    steps: [
      { kubectl: 'apply -f - --dry-run=server', input: configMap('k: v'), out: 'configmap/a created (server dry run)' },
      { kubectl: 'get cm a', exit: 1 },
      { kubectl: 'apply -f -', input: configMap('k: v'), out: 'configmap/a created' },
      { kubectl: 'apply -f - --dry-run=server -o jsonpath={.data.k}', input: configMap('k: w'), out: 'w' },
      { kubectl: 'apply -f - --dry-run=client', input: configMap('k: w'), out: 'configmap/a configured (dry run)' },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'v' },
    ],
  },
  {
    title: 'view-last-applied and set-last-applied',
    files: { 'a.yaml': configMap('k: v'), 'b.yaml': configMap('k: v, l: w') },
    steps: [
      { kubectl: 'apply -f a.yaml', out: 'configmap/a created' },
      { kubectl: 'apply view-last-applied cm/a -o json', json: { kind: 'ConfigMap', data: { k: 'v' } } },
      { kubectl: 'apply set-last-applied -f b.yaml', out: 'configmap/a configured' },
      { kubectl: 'apply view-last-applied -f a.yaml', out: [/^apiVersion: v1\n/, /\n {2}l: w\n/] },
      { kubectl: 'get cm a -o json', json: { data: { k: 'v', l: ABSENT } } },
    ],
  },
  {
    title: 'set-last-applied needs --create-annotation where there is none',
    given: configMap('k: v'),
    files: { 'a.yaml': configMap('k: v') },
    steps: [
      { kubectl: 'apply set-last-applied -f a.yaml', exit: 1, err: /no last-applied-configuration annotation found/ },
      { kubectl: 'apply set-last-applied -f a.yaml --create-annotation', out: 'configmap/a configured' },
      { kubectl: 'apply view-last-applied cm a', out: /k: v/ },
    ],
  },
  {
    title: 'edit-last-applied edits the annotation only',
    files: { 'a.yaml': configMap('k: before') },
    steps: [
      { kubectl: 'apply -f a.yaml', out: 'configmap/a created' },
      {
        kubectl: 'apply edit-last-applied cm/a',
        env: { KUBE_EDITOR: 'sed -i s/before/after/' },
        out: 'configmap/a edited',
      },
      { kubectl: 'apply view-last-applied cm/a', out: /k: after/ },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'before' },
    ],
  },
  {
    title: '-k reads kustomizations',
    files: {
      'kustomization.yaml': 'resources: [a.yaml]\ncommonAnnotations: {from: kustomize}\n',
      'a.yaml': configMap('k: v'),
    },
    steps: [
      { kubectl: 'apply -k .', out: 'configmap/a created' },
      { kubectl: 'apply -k .', out: 'configmap/a unchanged' },
      { kubectl: 'get cm a -o jsonpath={.metadata.annotations.from}', out: 'kustomize' },
      { kubectl: 'apply -f a.yaml', out: 'configmap/a configured' },
      { kubectl: 'get cm a -o jsonpath={.metadata.annotations.from}', out: '' },
    ],
  },
  {
    title: '-f with a directory reads its files, with -R those below too',
    files: {
      'all/a.yaml': configMap('k: v'),
      'all/b.json': '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"}}',
      'all/below/more/c.yml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: c}\n',
    },
    steps: [
      { kubectl: 'apply -f all', out: 'configmap/a created\nsecret/b created' },
      { kubectl: 'apply -f all -R', out: 'configmap/a unchanged\nsecret/b unchanged\nsecret/c created' },
    ],
  },
  {
    title: '-l applies only what has the label',
    steps: [
      {
        kubectl: 'apply -l app=web -f -',
        input: `${configMap('k: v', ', labels: {app: web}')}---\napiVersion: v1\nkind: Secret\nmetadata: {name: b}\n`,
        out: 'configmap/a created',
      },
      { kubectl: 'get secret b', exit: 1 },
    ],
  },
  {
    title: '--force deletes and makes anew what cannot be changed',
    given:
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}}\nimmutable: true\ndata: {k: v}\n',
    steps: [
      { kubectl: 'get cm a -o jsonpath={.metadata.uid}', save: 'uid' },
      {
        kubectl: 'apply -f -',
        input: configMap('k: w'),
        exit: 1,
        err: /The ConfigMap "a" is invalid:[^]*data: Forbidden: field is immutable when `immutable` is set/,
      },
      { kubectl: 'apply -f - --force', input: configMap('k: w'), out: /configmap\/a (created|configured)/ },
      { kubectl: 'get cm a -o jsonpath={.data.k}-{.metadata.uid}', out: /^w-/, lacks: /%uid%/ },
    ],
  },
  {
    title: '--overwrite=false keeps what others changed',
    files: { 'a.yaml': configMap('k: v') },
    steps: [
      { kubectl: 'apply -f a.yaml', out: 'configmap/a created' },
      { kubectl: `patch cm a -p '{"data":{"k":"theirs"}}'`, out: 'configmap/a patched' },
      { kubectl: 'apply -f - --overwrite=false', input: configMap('k: mine'), exit: 1, err: /conflict/ },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'theirs' },
    ],
  },
  {
    title: 'the owner of its fields is kubectl-client-side-apply',
    steps: [
      { kubectl: 'apply -f -', input: configMap('k: v'), out: 'configmap/a created' },
      {
        kubectl: 'get cm a -o json --show-managed-fields',
        json: {
          metadata: {
            managedFields: [
              {
                manager: 'kubectl-client-side-apply',
                operation: 'Update',
                fieldsV1: {
                  'f:data': { '.': {}, 'f:k': {} },
                  'f:metadata': {
                    'f:annotations': { '.': {}, 'f:kubectl.kubernetes.io/last-applied-configuration': {} },
                  },
                },
              },
            ],
          },
        },
      },
    ],
  },
  {
    title: '--validate chooses what becomes of fields that nobody knows',
    steps: [
      {
        kubectl: 'apply -f -',
        input: `${configMap('k: v')}dta: {}\n`,
        exit: 1,
        err: /strict decoding error: unknown field "dta"/,
      },
      {
        kubectl: 'apply --validate=warn -f -',
        input: `${configMap('k: v')}dta: {}\n`,
        out: 'configmap/a created',
        err: /^Warning: unknown field "dta"\n$/,
      },
      {
        kubectl: 'apply --validate=ignore -f -',
        input: `${configMap('k: v')}dta: {}\n`,
        out: 'configmap/a configured',
      },
    ],
  },
];
