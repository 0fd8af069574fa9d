/** `kubectl get`: what it prints. */
import type { Case } from '../suite/case.ts';
import { widgets } from './definitions.ts';
import { settings, three, token } from './objects.ts';

export const getCases: readonly Case[] = [
  {
    title: 'prints a table with the columns of the kind',
    given: settings,
    steps: [{ kubectl: 'get configmap settings', out: /^NAME +DATA +AGE\nsettings +2 +\d+s\n$/ }],
  },
  {
    title: 'prints the columns of Secrets and Namespaces',
    given: token,
    steps: [
      { kubectl: 'get secret token', out: /^NAME +TYPE +DATA +AGE\ntoken +Opaque +1 +\d+s\n$/ },
      { kubectl: 'get ns %NS%', out: /^NAME +STATUS +AGE\n%NS% +Active +\d+s\n$/ },
    ],
  },
  {
    title: '-o wide adds the columns of lower priority',
    definitions: widgets,
    given: 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 3}\n',
    steps: [
      { kubectl: 'get widgets.%GROUP%', out: /^NAME +SIZE +AGE\na +3 +\d+s\n$/ },
      { kubectl: 'get widgets.%GROUP% -o wide', out: /^NAME +SIZE +COLOUR +AGE\na +3 +red +\d+s\n$/ },
    ],
  },
  {
    title: '-o yaml prints the object',
    given: settings,
    steps: [
      {
        kubectl: 'get cm settings -o yaml',
        out: [
          /^apiVersion: v1\ndata:\n {2}colour: red\n {2}size: "3"\nkind: ConfigMap\nmetadata:\n/,
          /\n {2}namespace: %NS%\n/,
        ],
        lacks: /managedFields/,
      },
    ],
  },
  {
    title: '-o json prints the object, without managed fields',
    given: settings,
    steps: [
      {
        kubectl: 'get cm settings -o json',
        json: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          data: { colour: 'red', size: '3' },
          metadata: {
            name: 'settings',
            namespace: '%NS%',
            uid: /^[0-9a-f-]{36}$/,
            resourceVersion: /^\d+$/,
            creationTimestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
          },
        },
        lacks: /managedFields/,
      },
    ],
  },
  {
    title: '--show-managed-fields tells who owns which field',
    given: settings,
    steps: [
      {
        kubectl: 'get cm settings -o json --show-managed-fields',
        json: {
          metadata: {
            managedFields: [
              {
                manager: 'kubectl-create',
                operation: 'Update',
                apiVersion: 'v1',
                fieldsType: 'FieldsV1',
                fieldsV1: {
                  'f:data': { '.': {}, 'f:colour': {}, 'f:size': {} },
                  'f:metadata': {
                    'f:annotations': { '.': {}, 'f:note': {} },
                    'f:labels': { '.': {}, 'f:app': {}, 'f:tier': {} },
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
    title: '-o name prints kind and name',
    given: `${settings}---${token}`,
    steps: [{ kubectl: 'get cm,secret -l app=web -o name', out: 'configmap/settings\nsecret/token' }],
  },
  {
    title: 'of several kinds prints a table each, with the kind in front of the names',
    given: `${settings}---${token}`,
    steps: [
      {
        kubectl: 'get cm,secret -l app=web',
        out: /^NAME +DATA +AGE\nconfigmap\/settings +2 +\d+s\n\nNAME +TYPE +DATA +AGE\nsecret\/token +Opaque +1 +\d+s\n$/,
      },
    ],
  },
  {
    title: 'lists in the order of names',
    given: three,
    steps: [{ kubectl: 'get secret -o name', out: 'secret/a\nsecret/b\nsecret/c' }],
  },
  {
    title: '-o json of a list is a List of all items',
    given: three,
    steps: [
      {
        kubectl: 'get secret -o json',
        json: {
          apiVersion: 'v1',
          kind: 'List',
          items: [
            { kind: 'Secret', metadata: { name: 'a' } },
            { kind: 'Secret', metadata: { name: 'b' } },
            { kind: 'Secret', metadata: { name: 'c' } },
          ],
        },
      },
    ],
  },
  {
    title: '-o jsonpath prints fields, ranges and filters',
    given: three,
    steps: [
      { kubectl: "get secret a -o jsonpath='{.metadata.labels.app} {.type}'", out: 'a Opaque' },
      { kubectl: `get secret -o jsonpath='{range .items[*]}{.metadata.name}{"\\n"}{end}'`, out: 'a\nb\nc' },
      { kubectl: `get secret -o jsonpath='{.items[?(@.metadata.labels.app=="b")].metadata.name}'`, out: 'b' },
      { kubectl: "get secret -o jsonpath='{.items[-1:].metadata.name}'", out: 'c' },
    ],
  },
  {
    title: '-o jsonpath-file and go-template-file read the template from a file',
    given: settings,
    files: { path: '{.data.colour}', template: '{{.data.size}}' },
    steps: [
      { kubectl: 'get cm settings -o jsonpath-file=path', out: 'red' },
      { kubectl: 'get cm settings -o go-template-file=template', out: '3' },
    ],
  },
  {
    title: '-o go-template decodes and ranges',
    given: token,
    steps: [
      { kubectl: "get secret token -o go-template='{{.data.word | base64decode}}'", out: 'secret' },
      {
        kubectl: "get secret token -o go-template='{{range $k, $v := .data}}{{$k}}={{$v}}{{end}}'",
        out: 'word=c2VjcmV0',
      },
    ],
  },
  {
    title: '-o custom-columns prints its own table',
    given: three,
    files: { columns: 'WHO            APP\n.metadata.name .metadata.labels.app\n' },
    steps: [
      {
        kubectl: "get secret -o custom-columns='N:.metadata.name,T:.type,X:.nope'",
        out: 'N     T        X\na     Opaque   <none>\nb     Opaque   <none>\nc     Opaque   <none>',
      },
      { kubectl: 'get secret a --no-headers -o custom-columns=N:.metadata.name', out: 'a' },
      { kubectl: 'get secret a -o custom-columns-file=columns', out: 'WHO   APP\na     a' },
    ],
  },
  {
    title: '--sort-by orders by a field',
    given: three,
    steps: [
      { kubectl: "get secret --sort-by=.data.nr -o jsonpath='{.items[*].metadata.name}'", out: 'c a b' },
      { kubectl: 'get secret --sort-by=.data.nr --no-headers', out: /^c .*\na .*\nb .*\n$/ },
      { kubectl: "get secret --sort-by='{.metadata.name}' --no-headers", out: /^a .*\nb .*\nc .*\n$/ },
    ],
  },
  {
    title: '--no-headers leaves the headers out',
    given: settings,
    steps: [{ kubectl: 'get cm settings --no-headers', out: /^settings +2 +\d+s\n$/ }],
  },
  {
    title: '--show-labels, --show-kind and -L add to the table',
    given: settings,
    steps: [
      {
        kubectl: 'get cm settings --show-labels',
        out: /^NAME +DATA +AGE +LABELS\nsettings +2 +\d+s +app=web,tier=front\n$/,
      },
      { kubectl: 'get cm settings --show-kind', out: /^NAME +DATA +AGE\nconfigmap\/settings +2 +\d+s\n$/ },
      { kubectl: 'get cm settings -L app,none', out: /^NAME +DATA +AGE +APP +NONE\nsettings +2 +\d+s +web *\n$/ },
      { kubectl: 'get cm settings --label-columns=tier', out: /TIER\nsettings .* front\n$/ },
    ],
  },
  {
    title: '--raw prints what the server answers',
    given: settings,
    steps: [
      {
        kubectl: 'get --raw /api/v1/namespaces/%NS%/configmaps/settings',
        json: { kind: 'ConfigMap', apiVersion: 'v1', data: { colour: 'red' } },
      },
      {
        kubectl: 'get --raw "/api/v1/namespaces/%NS%/configmaps?labelSelector=app%3Dweb"',
        json: {
          kind: 'ConfigMapList',
          apiVersion: 'v1',
          metadata: { resourceVersion: /^\d+$/ },
          items: [{ metadata: { name: 'settings' } }],
        },
      },
    ],
  },
  {
    title: '--output with a name that is no format is refused',
    steps: [
      {
        kubectl: 'get secret -o nope',
        exit: 1,
        err: /unable to match a printer suitable for the output format "nope"/,
      },
    ],
  },
  {
    title: '--server-print=false lets kubectl make the table',
    given: settings,
    steps: [
      {
        kubectl: 'get cm settings --server-print=false',
        out: /^NAME +AGE\nsettings +\d+s\n$|^NAME +DATA +AGE\nsettings +2/,
      },
    ],
  },
  {
    title: '-o kyaml prints YAML that no parser can misread',
    kubectl: '1.35',
    given: settings,
    steps: [{ kubectl: 'get cm settings -o kyaml', out: /^---\n\{\n {2}apiVersion: "v1",\n/ }],
  },
  {
    title: '-o jsonpath-as-json prints a list of what it found',
    given: three,
    steps: [{ kubectl: "get secret -o jsonpath-as-json='{.items[*].metadata.name}'", json: ['a', 'b', 'c'] }],
  },
  {
    title: '-o go-template with --allow-missing-template-keys=false stops at what is not there',
    given: settings,
    steps: [
      { kubectl: "get cm settings -o go-template='{{.data.nope}}'", out: '<no value>' },
      {
        kubectl: "get cm settings --allow-missing-template-keys=false -o go-template='{{.data.nope}}'",
        exit: 1,
        err: /map has no entry for key "nope"/,
      },
    ],
  },
];
