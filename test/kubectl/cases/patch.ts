/** `kubectl patch`. */
import type { Case } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';
import { widgets } from './definitions.ts';

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {x: "1"}}\ndata: {k: v, l: v}\n';
const widget = 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 1, words: [a, b]}\n';
const patch = (type: string, body: string, what = 'cm a'): string => `patch ${what} --type=${type} -p '${body}'`;

export const patchCases: readonly Case[] = [
  {
    title: 'merges by default, null removes',
    given: configMap,
    steps: [
      { kubectl: `patch cm a -p '{"data":{"k":"w","l":null,"m":"new"}}'`, out: 'configmap/a patched' },
      { kubectl: 'get cm a -o json', json: { data: { k: 'w', l: ABSENT, m: 'new' } } },
    ],
  },
  {
    title: 'that changes nothing says so, and does not touch the object',
    given: configMap,
    steps: [
      { kubectl: 'get cm a -o jsonpath={.metadata.resourceVersion}', save: 'before' },
      { kubectl: `patch cm a -p '{"data":{"k":"v"}}'`, out: 'configmap/a patched (no change)' },
      { kubectl: 'get cm a -o jsonpath={.metadata.resourceVersion}', out: '%before%' },
    ],
  },
  {
    title: 'takes YAML too',
    given: configMap,
    steps: [
      { kubectl: `patch cm a -p 'data: {k: w}'`, out: 'configmap/a patched' },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'w' },
    ],
  },
  {
    title: '--type=strategic replaces a map with $patch: replace',
    given: configMap,
    steps: [
      { kubectl: patch('strategic', '{"data":{"$patch":"replace","only":"this"}}'), out: 'configmap/a patched' },
      { kubectl: 'get cm a -o json', json: { data: { only: 'this', k: ABSENT, l: ABSENT } } },
    ],
  },
  {
    title: '--type=strategic adds finalizers to those that are there, and deletes single ones',
    given: configMap,
    steps: [
      { kubectl: patch('strategic', '{"metadata":{"finalizers":["example.com/a"]}}'), out: 'configmap/a patched' },
      { kubectl: patch('strategic', '{"metadata":{"finalizers":["example.com/b"]}}'), out: 'configmap/a patched' },
      { kubectl: 'get cm a -o json', json: { metadata: { finalizers: ['example.com/b', 'example.com/a'] } } },
      {
        kubectl: patch('strategic', '{"metadata":{"$deleteFromPrimitiveList/finalizers":["example.com/b"]}}'),
        out: 'configmap/a patched',
      },
      { kubectl: 'get cm a -o json', json: { metadata: { finalizers: ['example.com/a'] } } },
      { kubectl: patch('merge', '{"metadata":{"finalizers":null}}'), out: 'configmap/a patched' },
    ],
  },
  {
    title: '--type=strategic of a custom resource is refused',
    definitions: widgets,
    given: widget,
    steps: [
      {
        kubectl: patch('strategic', '{"spec":{"size":2}}', 'widgets.%GROUP% a'),
        exit: 1,
        err: /application\/strategic-merge-patch\+json is not supported by %GROUP%\/v1, Kind=Widget/,
      },
    ],
  },
  {
    title: '--type=merge replaces lists',
    definitions: widgets,
    given: widget,
    steps: [
      {
        kubectl: patch('merge', '{"spec":{"words":["c"],"size":null}}', 'widgets.%GROUP% a'),
        out: 'widget.%GROUP%/a patched',
      },
      { kubectl: 'get widgets.%GROUP% a -o json', json: { spec: { words: ['c'], size: ABSENT } } },
    ],
  },
  {
    title: '--type=json adds, replaces, removes, moves, copies and tests',
    given: configMap,
    steps: [
      {
        kubectl: patch(
          'json',
          '[{"op":"test","path":"/data/k","value":"v"},{"op":"add","path":"/data/m","value":"new"},{"op":"replace","path":"/data/k","value":"w"},{"op":"remove","path":"/data/l"},{"op":"copy","from":"/data/k","path":"/data/c"},{"op":"move","from":"/data/m","path":"/data/moved"}]',
        ),
        out: 'configmap/a patched',
      },
      { kubectl: 'get cm a -o json', json: { data: { k: 'w', l: ABSENT, c: 'w', m: ABSENT, moved: 'new' } } },
    ],
  },
  {
    title: '--type=json with slashes and tildes in keys',
    given: configMap,
    steps: [
      {
        kubectl: patch('json', '[{"op":"add","path":"/metadata/annotations","value":{"example.com/a":"1"}}]'),
        out: 'configmap/a patched',
      },
      {
        kubectl: patch('json', '[{"op":"replace","path":"/metadata/annotations/example.com~1a","value":"2"}]'),
        out: 'configmap/a patched',
      },
      { kubectl: 'get cm a -o json', json: { metadata: { annotations: { 'example.com/a': '2' } } } },
    ],
  },
  {
    title: '--type=json whose test fails changes nothing',
    given: configMap,
    steps: [
      {
        kubectl: patch(
          'json',
          '[{"op":"replace","path":"/data/l","value":"w"},{"op":"test","path":"/data/k","value":"other"}]',
        ),
        exit: 1,
        err: /^The request is invalid: the server rejected our request due to an error in our request$/m,
      },
      { kubectl: 'get cm a -o jsonpath={.data.l}', out: 'v' },
    ],
  },
  {
    title: '--type=json that removes what is not there is refused',
    given: configMap,
    steps: [
      { kubectl: patch('json', '[{"op":"remove","path":"/data/nope"}]'), exit: 1, err: /The request is invalid/ },
    ],
  },
  {
    title: '--type=json that is no list is refused',
    given: configMap,
    steps: [{ kubectl: patch('json', '{"data":{}}'), exit: 1, err: /BadRequest|cannot unmarshal object/ }],
  },
  {
    title: 'that is broken is refused',
    given: configMap,
    steps: [
      { kubectl: 'patch cm a -p "{"', exit: 1, err: /BadRequest/ },
      { kubectl: 'patch cm a --type=nope -p "{}"', exit: 1, err: /--type must be one of \[json merge strategic\]/ },
      { kubectl: `patch cm a -p '{"data":{"k":5}}'`, exit: 1, err: /^The request is invalid: patch: Invalid value: / },
    ],
  },
  {
    title: '--patch-file reads the patch',
    given: configMap,
    files: { 'p.yaml': 'data: {k: filed}\n' },
    steps: [
      { kubectl: 'patch cm a --patch-file=p.yaml', out: 'configmap/a patched' },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'filed' },
    ],
  },
  {
    title: '--subresource=status changes nothing but the status',
    definitions: widgets,
    given: widget,
    steps: [
      {
        kubectl: `patch widgets.%GROUP% a --type=merge --subresource=status -p '{"spec":{"size":9},"status":{"phase":"Fine"}}'`,
        out: 'widget.%GROUP%/a patched',
      },
      {
        kubectl: 'get widgets.%GROUP% a -o json',
        json: { spec: { size: 1 }, status: { phase: 'Fine' }, metadata: { generation: 1 } },
      },
      {
        kubectl: patch('merge', '{"status":{"phase":"Ignored"}}', 'widgets.%GROUP% a'),
        out: 'widget.%GROUP%/a patched (no change)',
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.status.phase}', out: 'Fine' },
    ],
  },
  {
    title: '--dry-run=server shows the result and stores nothing',
    given: configMap,
    steps: [
      { kubectl: `patch cm a --dry-run=server -o jsonpath={.data.k} -p '{"data":{"k":"w"}}'`, out: 'w' },
      { kubectl: `patch cm a --dry-run=client -p '{"data":{"k":"w"}}'`, out: /configmap\/a patched/ },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'v' },
    ],
  },
  {
    title: 'with a resourceVersion that is old is a conflict',
    given: configMap,
    steps: [
      {
        kubectl: `patch cm a -p '{"metadata":{"resourceVersion":"1"},"data":{"k":"w"}}'`,
        exit: 1,
        err: 'Error from server (Conflict): Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
      },
    ],
  },
  {
    title: 'that renames is refused',
    given: configMap,
    steps: [
      {
        kubectl: `patch cm a -p '{"metadata":{"name":"b"}}'`,
        exit: 1,
        err: /BadRequest.*the name of the object \(b\) does not match the name on the URL \(a\)/,
      },
    ],
  },
  {
    title: 'of an object that is not there is NotFound',
    steps: [
      {
        kubectl: `patch cm nope -p '{"data":{}}'`,
        exit: 1,
        err: 'Error from server (NotFound): configmaps "nope" not found',
      },
    ],
  },
  {
    title: 'raises the generation of a custom resource when the spec changes, and only then',
    definitions: widgets,
    given: widget,
    steps: [
      { kubectl: patch('merge', '{"spec":{"size":2}}', 'widgets.%GROUP% a'), out: /patched/ },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.metadata.generation}', out: '2' },
      { kubectl: 'label widgets.%GROUP% a x=y', out: /labeled/ },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.metadata.generation}', out: '2' },
    ],
  },
];
