/** `kubectl get`: what it prints. */
import type { Case } from '../suite/case.ts';
import { widgets } from './definitions.ts';

const settings = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web, tier: front}, annotations: {note: hello}}
data: {colour: red, size: "3"}
`;
const token = `
apiVersion: v1
kind: Secret
metadata: {name: token, labels: {app: web}}
stringData: {word: secret}
`;
const three = ['c', 'a', 'b']
  .map(
    (name, index) =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, labels: {app: ${name}}}\nstringData: {nr: "${index}"}\n`,
  )
  .join('---\n');

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
    title: 'understands the plural, the singular, the short name and a name with the group',
    given: settings,
    steps: [
      { kubectl: 'get configmaps settings -o name', out: 'configmap/settings' },
      { kubectl: 'get cm settings -o name', out: 'configmap/settings' },
      { kubectl: 'get ConfigMap settings -o name', out: 'configmap/settings' },
      { kubectl: 'get namespaces.v1. %NS% -o name', out: 'namespace/%NS%' },
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
    title: 'of several TYPE/NAME arguments gets each',
    given: `${settings}---${token}`,
    steps: [{ kubectl: 'get secret/token cm/settings -o name', out: 'secret/token\nconfigmap/settings' }],
  },
  {
    title: 'of several names gets them in that order',
    given: three,
    steps: [{ kubectl: 'get secret c a b -o name', out: 'secret/c\nsecret/a\nsecret/b' }],
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
    title: '-A lists all namespaces, and names them',
    given: `apiVersion: v1
kind: Namespace
metadata: {name: "%NS%x"}
---
apiVersion: v1
kind: Secret
metadata: {name: far, namespace: "%NS%x", labels: {is: "%ID%"}}
---
apiVersion: v1
kind: Secret
metadata: {name: near, labels: {is: "%ID%"}}
`,
    steps: [
      {
        kubectl: 'get secret -A -l is=%ID%',
        out: /^NAMESPACE +NAME +TYPE +DATA +AGE\n%NS% +near +Opaque +0 +\d+s\n%NS%x +far +Opaque +0 +\d+s\n$/,
      },
      { kubectl: 'get secret --all-namespaces -l is=%ID% -o name', out: 'secret/near\nsecret/far' },
      { kubectl: 'get secret -n %NS%x -o name', out: 'secret/far' },
      { kubectl: 'delete ns %NS%x --wait=false', out: /deleted/ },
    ],
  },
  {
    title: 'of nothing says so on stderr and exits with 0',
    steps: [
      { kubectl: 'get secret', out: '', err: 'No resources found in %NS% namespace.' },
      { kubectl: 'get secret -n %NS%-nope', out: '', err: 'No resources found in %NS%-nope namespace.' },
      { kubectl: 'get secret -A -l is=%ID%', out: '', err: 'No resources found' },
      { kubectl: 'get secret -o name', out: '' },
      { kubectl: 'get secret -o json', json: { kind: 'List', items: [] } },
    ],
  },
  {
    title: 'of an object that is not there is NotFound, exit code 1',
    steps: [
      { kubectl: 'get cm nope', exit: 1, out: '', err: 'Error from server (NotFound): configmaps "nope" not found' },
      { kubectl: 'get ns %NS%-nope', exit: 1, err: 'Error from server (NotFound): namespaces "%NS%-nope" not found' },
    ],
  },
  {
    title: '--ignore-not-found turns absence into nothing',
    given: settings,
    steps: [
      { kubectl: 'get cm nope --ignore-not-found', out: '' },
      { kubectl: 'get cm nope settings --ignore-not-found -o name', out: 'configmap/settings' },
    ],
  },
  {
    title: 'prints what is there and an error for what is not',
    given: settings,
    steps: [
      {
        kubectl: 'get cm settings nope -o name',
        exit: 1,
        out: 'configmap/settings',
        err: 'Error from server (NotFound): configmaps "nope" not found',
      },
    ],
  },
  {
    title: 'of a kind that nobody serves says so',
    steps: [
      { kubectl: 'get gizmos', exit: 1, err: `error: the server doesn't have a resource type "gizmos"` },
      { kubectl: 'get widgets.nobody.example.com', exit: 1, err: /the server doesn't have a resource type "widgets"/ },
    ],
  },
  {
    title: '-f gets what a file names',
    given: settings,
    files: { 'a.yaml': settings },
    steps: [
      { kubectl: 'get -f a.yaml -o name', out: 'configmap/settings' },
      { kubectl: 'get -f -', input: settings, out: /^NAME +DATA +AGE\nsettings/ },
    ],
  },
  {
    title: '-k gets what a kustomization makes',
    given: settings.replace('name: settings', 'name: my-settings'),
    files: { 'a.yaml': settings, 'kustomization.yaml': 'namePrefix: my-\nresources: [a.yaml]\n' },
    steps: [{ kubectl: 'get -k . -o name', out: 'configmap/my-settings' }],
  },
  {
    title: '--chunk-size reads a long list in pieces, and prints it whole',
    given: Array.from(
      { length: 30 },
      (_, n) => `apiVersion: v1\nkind: Secret\nmetadata: {name: s${String(n).padStart(2, '0')}}\n`,
    ).join('---\n'),
    steps: [
      { kubectl: 'get secret --chunk-size=7 --no-headers', out: /^(s\d\d .*\n){30}$/ },
      {
        kubectl: 'get secret --chunk-size=7 -o name -v=8',
        out: /^(secret\/s\d\d\n){30}$/,
        err: [/limit=7/, /continue=/],
      },
      { kubectl: 'get secret --chunk-size=7 -o jsonpath={.items[29].metadata.name}', out: 's29' },
      { kubectl: 'get secret --chunk-size=0 --no-headers', out: /^(s\d\d .*\n){30}$/ },
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
    title: 'a category gets all kinds in it',
    definitions: widgets,
    given: 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {}\n',
    steps: [{ kubectl: 'get all%ID% -o name', out: 'widget.%GROUP%/a' }],
  },
  {
    title: '--subresource=status gets the subresource',
    kubectl: '1.32',
    definitions: widgets,
    given: 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 4, replicas: 2}\n',
    steps: [
      { kubectl: 'get widgets.%GROUP% a --subresource=status -o jsonpath={.spec.size}', out: '4' },
      { kubectl: 'get widgets.%GROUP% a --subresource=scale -o jsonpath={.kind}/{.spec.replicas}', out: 'Scale/2' },
    ],
  },
];
