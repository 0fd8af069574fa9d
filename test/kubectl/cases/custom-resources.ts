/** CustomResourceDefinitions and what they define. */
import type { Case } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';
import { ruled, versioned, widgets } from './definitions.ts';

const widget = (spec: string, name = 'a'): string =>
  `apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
const range = (spec: string): string => `apiVersion: "%GROUP%/v1"\nkind: Range\nmetadata: {name: a}\nspec: {${spec}}\n`;

const refuses = (title: string, spec: string, err: RegExp | readonly RegExp[]): Case => ({
  title,
  definitions: widgets,
  steps: [{ kubectl: 'create -f -', input: widget(spec), exit: 1, out: '', err }],
});

const badDefinition = (title: string, from: string | RegExp, to: string, err: RegExp): Case => ({
  title,
  steps: [{ kubectl: 'create -f -', input: widgets.replace(from, to), exit: 1, out: '', err }],
});

export const customResourceCases: readonly Case[] = [
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
    title: 'defaults are filled in, inside of list items too',
    definitions: widgets,
    given: widget('ports: [{name: http}, {name: dns, protocol: UDP}]'),
    steps: [
      {
        kubectl: 'get widgets.%GROUP% a -o json',
        json: {
          spec: {
            colour: 'red',
            ports: [
              { name: 'http', protocol: 'TCP' },
              { name: 'dns', protocol: 'UDP' },
            ],
          },
        },
      },
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
    title: 'null gives way to the default where null is not allowed, and stays where it is',
    definitions: widgets,
    given: widget('colour: null, note: null'),
    steps: [{ kubectl: 'get widgets.%GROUP% a -o json', json: { spec: { colour: 'red', note: null } } }],
  },
  {
    title: 'unknown fields are refused by name',
    definitions: widgets,
    steps: [
      {
        kubectl: 'create -f -',
        input: widget('size: 1, sise: 2, ports: [{name: a, prot: 1}]'),
        exit: 1,
        err: /^Error from server \(BadRequest\): error when creating "STDIN": Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec\.ports\[0\]\.prot", unknown field "spec\.sise"\n$/,
      },
    ],
  },
  {
    title: 'unknown fields are dropped with a warning, or silently, when that is asked for',
    definitions: widgets,
    steps: [
      {
        kubectl: 'create --validate=warn -f -',
        input: widget('sise: 2'),
        out: 'widget.%GROUP%/a created',
        err: /^Warning: unknown field "spec\.sise"\n$/,
      },
      { kubectl: 'get widgets.%GROUP% a -o json', json: { spec: { sise: ABSENT } } },
      { kubectl: 'create --validate=ignore -f -', input: widget('sise: 2', 'b'), out: 'widget.%GROUP%/b created' },
    ],
  },
  refuses(
    'a number above its maximum is refused',
    'size: 101',
    /^The Widget "a" is invalid: spec\.size: Invalid value: 101: spec\.size in body should be less than or equal to 100\n$/,
  ),
  refuses(
    'a wrong type is refused',
    'size: large',
    /^The Widget "a" is invalid: spec\.size: Invalid value: "string": spec\.size in body must be of type integer: "string"\n$/,
  ),
  refuses(
    'a value that is not listed is refused',
    'colour: pink',
    /^The Widget "a" is invalid: spec\.colour: Unsupported value: "pink": supported values: "red", "green", "blue"\n$/,
  ),
  refuses(
    'a string that is too long is refused',
    `note: ${'x'.repeat(21)}`,
    /spec\.note: Too long: may not be (longer|more) than 20/,
  ),
  refuses('a missing field in a list item is refused', 'ports: [{port: 80}]', /spec\.ports\[0\]\.name: Required value/),
  refuses(
    'a key that stands twice in a keyed list is refused',
    'ports: [{name: a}, {name: a}]',
    /spec\.ports\[1\]: Duplicate value: (map\[string\]interface ?\{\} ?\{"name":"a"\}|\{"name":"a"\})/,
  ),
  refuses('an item that stands twice in a set is refused', 'tags: [p, q, q]', /spec\.tags\[2\]: Duplicate value: "q"/),
  refuses('several mistakes are all named', 'size: 0, colour: pink', [
    /^The Widget "a" is invalid: ?\n/,
    /^\* spec\.size: Invalid value: 0: spec\.size in body should be greater than or equal to 1$/m,
    /^\* spec\.colour: Unsupported value: "pink"/m,
  ]),
  {
    title: 'rules in CEL are checked, with their messages',
    definitions: ruled,
    steps: [
      {
        kubectl: 'create -f -',
        input: range('min: 5, max: 3'),
        exit: 1,
        err: /^The Range "a" is invalid: spec: Invalid value: (.*: )?min must not be above max\n$/,
      },
      {
        kubectl: 'create -f -',
        input: range('min: 5, max: 3000'),
        exit: 1,
        err: /spec\.max: Invalid value: (.*: )?max is far too much/,
      },
      { kubectl: 'create -f -', input: range('min: 1, max: 3, name: first'), out: 'range.%GROUP%/a created' },
    ],
  },
  {
    title: 'rules in CEL compare with the object before',
    definitions: ruled,
    given: range('min: 1, max: 3, name: first'),
    steps: [
      {
        kubectl: `patch ranges.%GROUP% a --type=merge -p '{"spec":{"name":"second"}}'`,
        exit: 1,
        err: /spec\.name: Forbidden: .*name cannot change/,
      },
      { kubectl: `patch ranges.%GROUP% a --type=merge -p '{"spec":{"max":4}}'`, out: /patched/ },
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
    title: 'the status is ignored by writes to the object, and kept',
    definitions: widgets,
    steps: [
      { kubectl: 'create -f -', input: `${widget('size: 1')}status: {phase: Mine}\n`, out: /created/ },
      { kubectl: 'get widgets.%GROUP% a -o json', json: { status: ABSENT, metadata: { generation: 1 } } },
      {
        kubectl: `patch widgets.%GROUP% a --type=merge --subresource=status -p '{"status":{"phase":"Fine"}}'`,
        out: /patched/,
      },
      { kubectl: 'apply -f -', input: widget('size: 2'), out: /configured/, err: /Warning/ },
      {
        kubectl: 'get widgets.%GROUP% a -o json',
        json: { spec: { size: 2 }, status: { phase: 'Fine' }, metadata: { generation: 2 } },
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
    title: 'fields that a schema preserves are kept, whatever they are',
    definitions: widgets.replace(
      'words: {type: array,',
      'any: {type: object, x-kubernetes-preserve-unknown-fields: true}\n                either: {x-kubernetes-int-or-string: true}\n                words: {type: array,',
    ),
    given: widget('any: {a: [1, {b: c}], n: null}, either: 80%'),
    steps: [
      { kubectl: 'get widgets.%GROUP% a -o json', json: { spec: { any: { a: [1, { b: 'c' }] }, either: '80%' } } },
      { kubectl: `patch widgets.%GROUP% a --type=merge -p '{"spec":{"either":80}}'`, out: /patched/ },
      { kubectl: 'get widgets.%GROUP% a -o json', json: { spec: { either: 80 } } },
    ],
  },
  {
    title: 'integers keep every digit',
    definitions: widgets,
    given: widget('big: 9007199254740993'),
    steps: [
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.spec.big}', out: '9007199254740993' },
      { kubectl: 'label widgets.%GROUP% a x=y', out: /labeled/ },
      { kubectl: 'get widgets.%GROUP% a -o yaml', out: /big: 9007199254740993/ },
    ],
  },
  {
    title: 'kinds can be selected by the fields that a definition names',
    definitions: widgets.replace(
      '      additionalPrinterColumns:',
      '      selectableFields: [{jsonPath: .spec.colour}]\n      additionalPrinterColumns:',
    ),
    given: `${widget('colour: red')}---\n${widget('colour: blue', 'b')}`,
    steps: [
      { kubectl: 'get widgets.%GROUP% --field-selector spec.colour=blue -o name', out: 'widget.%GROUP%/b' },
      { kubectl: 'get widgets.%GROUP% --field-selector spec.colour!=blue -o name', out: 'widget.%GROUP%/a' },
    ],
  },
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
