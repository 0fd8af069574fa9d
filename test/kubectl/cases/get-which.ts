/** `kubectl get`: which objects it gets. */
import type { Case } from '../suite/case.ts';
import { widgets } from './definitions.ts';
import { settings, three, token } from './objects.ts';

export const getWhichCases: readonly Case[] = [
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
