/** CustomResourceDefinitions: what becomes of them, and of the kinds that they define. */
import type { Case } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';
import { versioned, widgets } from './definitions.ts';
import { widget } from './objects.ts';

const badDefinition = (title: string, from: string | RegExp, to: string, err: RegExp): Case => ({
  title,
  steps: [{ kubectl: 'create -f -', input: widgets.replace(from, to), exit: 1, out: '', err }],
});

export const customResourceDefinitionCases: readonly Case[] = [
  {
    title: 'a definition is established, and its kind is served at once',
    files: { 'crd.yaml': widgets, 'a.yaml': widget('size: 1') },
    steps: [
      { kubectl: 'create -f crd.yaml', out: 'customresourcedefinition.apiextensions.k8s.io/widgets.%GROUP% created' },
      { kubectl: 'wait crd/widgets.%GROUP% --for=condition=Established --timeout=30s', out: /condition met/ },
      { kubectl: 'create -f a.yaml', out: 'widget.%GROUP%/a created', eventually: true },
      { kubectl: 'delete crd widgets.%GROUP%', out: /deleted/ },
    ],
  },
  {
    title: 'a definition shows its names, conditions and stored versions',
    definitions: widgets,
    steps: [
      {
        kubectl: 'get crd widgets.%GROUP% -o json',
        json: {
          spec: { conversion: { strategy: 'None' }, names: { listKind: 'WidgetList', singular: 'widget' } },
          status: {
            acceptedNames: {
              plural: 'widgets',
              singular: 'widget',
              kind: 'Widget',
              listKind: 'WidgetList',
              shortNames: ['w%ID%'],
              categories: ['all%ID%'],
            },
            conditions: [
              { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts' },
              { type: 'Established', status: 'True', reason: 'InitialNamesAccepted' },
            ],
            storedVersions: ['v1'],
          },
        },
      },
      {
        kubectl: 'get crd widgets.%GROUP%',
        out: /^NAME +CREATED AT\nwidgets\.%GROUP% +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$/,
      },
    ],
  },
  {
    title: 'names in a definition that are not given are made',
    files: { 'crd.yaml': widgets.replace('singular: widget, ', '') },
    steps: [
      {
        kubectl: 'create -f crd.yaml -o json',
        json: { spec: { names: { singular: 'widget', listKind: 'WidgetList' } } },
      },
      { kubectl: 'delete -f crd.yaml', out: /deleted/ },
    ],
  },
  {
    title: 'a default that a definition gets later shows when old objects are read',
    definitions: widgets,
    given: widget('size: 1'),
    steps: [
      {
        kubectl: `patch crd widgets.%GROUP% --type=json -p '[{"op":"add","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/replicas/default","value":4}]'`,
        out: /patched/,
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.spec.replicas}', out: '4', eventually: true },
    ],
  },
  {
    title: 'an object is the same in each served version',
    definitions: versioned,
    given: 'apiVersion: "%GROUP%/v1"\nkind: Gauge\nmetadata: {name: "a%ID%"}\nspec: {level: 3}\n',
    steps: [
      { kubectl: 'get gauges.v1.%GROUP% a%ID% -o jsonpath={.apiVersion}/{.spec.level}', out: '%GROUP%/v1/3' },
      {
        kubectl: 'get gauges.v1beta1.%GROUP% a%ID% -o jsonpath={.apiVersion}/{.spec.level}',
        out: '%GROUP%/v1beta1/3',
        err: 'Warning: gauges are v1 now',
      },
      {
        kubectl: 'apply -f -',
        input: 'apiVersion: "%GROUP%/v1beta1"\nkind: Gauge\nmetadata: {name: "b%ID%"}\nspec: {level: 4}\n',
        out: /b%ID% created/,
        err: /Warning: gauges are v1 now/,
      },
      { kubectl: 'get gauges.%GROUP% b%ID% -o jsonpath={.apiVersion}/{.spec.level}', out: '%GROUP%/v1/4' },
    ],
  },
  {
    title: 'a cluster-scoped kind has no namespace',
    definitions: versioned,
    given: 'apiVersion: "%GROUP%/v1"\nkind: Gauge\nmetadata: {name: "a%ID%"}\n',
    steps: [
      { kubectl: 'get gauges.%GROUP% -o json', json: { items: [{ metadata: { name: 'a%ID%', namespace: ABSENT } }] } },
      { kubectl: 'get gauges.%GROUP% -o name -n nope', out: 'gauge.%GROUP%/a%ID%' },
      { kubectl: 'delete gauges.%GROUP% a%ID%', out: /deleted/ },
    ],
  },
  {
    title: 'a version that is served no longer is gone',
    definitions: versioned,
    steps: [
      {
        kubectl: `patch crd gauges.%GROUP% --type=json -p '[{"op":"replace","path":"/spec/versions/1/served","value":false}]'`,
        out: /patched/,
      },
      { kubectl: 'get --raw /apis/%GROUP%/v1beta1/gauges', exit: 1, err: /NotFound/, eventually: true },
      { kubectl: 'get --raw /apis/%GROUP%/v1/gauges', json: { kind: 'GaugeList', items: [] } },
    ],
  },
  {
    title: 'a schema that changes is checked as it is now',
    definitions: widgets,
    steps: [
      {
        kubectl: `patch crd widgets.%GROUP% --type=json -p '[{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size/maximum","value":5}]'`,
        out: /patched/,
      },
      {
        kubectl: 'create --dry-run=server -f -',
        input: widget('size: 6'),
        exit: 1,
        err: /should be less than or equal to 5/,
        eventually: true,
      },
    ],
  },
  {
    title: 'deleting a definition deletes its objects',
    definitions: widgets,
    given: widget('size: 1'),
    steps: [
      {
        kubectl: 'delete crd widgets.%GROUP% --timeout=60s',
        out: /^customresourcedefinition\.apiextensions\.k8s\.io "widgets\.%GROUP%" deleted/,
      },
      { kubectl: 'get --raw /apis/%GROUP%/v1/widgets', exit: 1, err: /NotFound/, eventually: true },
    ],
  },
  {
    title: 'a definition waits for objects that are held, and then goes',
    definitions: widgets,
    given: widget('size: 1').replace('{name: a}', '{name: a, finalizers: [example.com/hold]}'),
    steps: [
      { kubectl: 'delete crd widgets.%GROUP% --wait=false', out: /deleted/ },
      {
        kubectl: 'get crd widgets.%GROUP% -o json',
        json: { metadata: { deletionTimestamp: /Z$/, finalizers: ['customresourcecleanup.apiextensions.k8s.io'] } },
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.metadata.deletionTimestamp}', out: /Z$/, eventually: true },
      { kubectl: `patch widgets.%GROUP% a --type=merge -p '{"metadata":{"finalizers":null}}'`, out: /patched/ },
      { kubectl: 'get crd widgets.%GROUP% --ignore-not-found', out: '', eventually: true },
    ],
  },
  badDefinition(
    'a definition whose name is not plural.group is refused',
    'name: widgets.%GROUP%',
    'name: wodgets.%GROUP%',
    /metadata\.name: Invalid value: "wodgets\.%GROUP%": must be spec\.names\.plural\+"\."\+spec\.group/,
  ),
  badDefinition(
    'a definition without a storage version is refused',
    'storage: true',
    'storage: false',
    /spec\.versions: Invalid value: .*must have exactly one version marked as storage version/,
  ),
  badDefinition(
    'a schema without a type is refused',
    'size: {description: How large it is., type: integer,',
    'size: {description: How large it is.,',
    /spec\.(validation|versions\[0\]\.schema)\.openAPIV3Schema\.properties\[spec\]\.properties\[size\]\.type: Required value: must not be empty for specified object fields/,
  ),
  badDefinition(
    'a rule that does not compile is refused',
    'words: {type: array,',
    'words: {type: array, x-kubernetes-validations: [{rule: "self.nope() > 1"}],',
    /x-kubernetes-validations\[0\]\.rule: Invalid value: .*compilation failed/,
  ),
  badDefinition(
    'a group of Kubernetes needs an approval',
    /%GROUP%/g,
    'x.k8s.io',
    /metadata\.annotations\[api-approved\.kubernetes\.io\]: Required value/,
  ),
  {
    title: 'a name that another kind of the group has is not accepted',
    definitions: widgets,
    files: {
      'other.yaml': widgets
        .replaceAll('widgets', 'gadgets')
        .replace('singular: widget', 'singular: gadget')
        .replace(`kind: Widget`, `kind: Widget`),
    },
    steps: [
      { kubectl: 'create -f other.yaml', out: /gadgets\.%GROUP% created/ },
      {
        kubectl: `get crd gadgets.%GROUP% -o jsonpath='{.status.conditions[?(@.type=="NamesAccepted")].status}'`,
        eventually: true,
        out: 'False',
      },
      { kubectl: 'delete -f other.yaml', out: /deleted/ },
    ],
  },
];
