/** `kubectl apply --server-side`. */
import type { Case } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';
import { widgets } from './definitions.ts';
import { widget } from './objects.ts';

const configMap = (data: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a${more}}\ndata: {${data}}\n`;
const apply = 'apply --server-side -f -';
const applied = 'configmap/a serverside-applied';

export const serverSideApplyCases: readonly Case[] = [
  {
    title: 'makes the object, owned by its manager, without an annotation',
    steps: [
      { kubectl: apply, input: configMap('k: v'), out: applied },
      {
        kubectl: 'get cm a -o json --show-managed-fields',
        json: {
          metadata: {
            annotations: ABSENT,
            managedFields: [
              {
                manager: 'kubectl',
                operation: 'Apply',
                apiVersion: 'v1',
                fieldsV1: { 'f:data': { '.': ABSENT, 'f:k': {} } },
              },
            ],
          },
        },
      },
    ],
  },
  {
    title: 'again changes nothing',
    steps: [
      { kubectl: `${apply} -o jsonpath={.metadata.resourceVersion}`, input: configMap('k: v'), save: 'before' },
      { kubectl: `${apply} -o jsonpath={.metadata.resourceVersion}`, input: configMap('k: v'), out: '%before%' },
    ],
  },
  {
    title: 'removes what the manager applied before and now leaves out',
    steps: [
      { kubectl: apply, input: configMap('one: "1", two: "2"'), out: applied },
      { kubectl: `patch cm a -p '{"data":{"theirs":"x"}}'`, out: 'configmap/a patched' },
      { kubectl: apply, input: configMap('one: "1"'), out: applied },
      { kubectl: 'get cm a -o json', json: { data: { one: '1', theirs: 'x', two: ABSENT } } },
    ],
  },
  {
    title: 'of a field that another manager owns is a conflict that names it',
    steps: [
      { kubectl: `${apply} --field-manager=alpha`, input: configMap('k: v'), out: applied },
      {
        kubectl: `${apply} --field-manager=beta`,
        input: configMap('k: w'),
        exit: 1,
        out: '',
        err: [
          /^error: Apply failed with 1 conflict: conflict with "alpha": \.data\.k\n/,
          /Please review the fields above--they currently have other managers\./,
          /--force-conflicts/,
        ],
      },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'v' },
    ],
  },
  {
    title: 'several conflicts are listed by manager',
    steps: [
      { kubectl: `${apply} --field-manager=alpha`, input: configMap('u: "1", v: "1"'), out: applied },
      { kubectl: `${apply} --field-manager=beta`, input: configMap('w: "1"'), out: applied },
      {
        kubectl: `${apply} --field-manager=gamma`,
        input: configMap('u: "2", v: "2", w: "2"'),
        exit: 1,
        err: /^error: Apply failed with 3 conflicts: conflicts with "alpha":\n- \.data\.u\n- \.data\.v\nconflicts with "beta":\n- \.data\.w\n/,
      },
    ],
  },
  {
    title: 'the same value is shared, and stays until the last owner leaves it out',
    steps: [
      { kubectl: `${apply} --field-manager=alpha`, input: configMap('k: v, mine: a'), out: applied },
      { kubectl: `${apply} --field-manager=beta`, input: configMap('k: v, theirs: b'), out: applied },
      { kubectl: `${apply} --field-manager=alpha`, input: configMap('mine: a'), out: applied },
      { kubectl: 'get cm a -o json', json: { data: { k: 'v' } } },
      { kubectl: `${apply} --field-manager=beta`, input: configMap('theirs: b'), out: applied },
      { kubectl: 'get cm a -o json', json: { data: { k: ABSENT, mine: 'a', theirs: 'b' } } },
    ],
  },
  {
    title: '--force-conflicts takes the fields from their owner',
    steps: [
      { kubectl: `${apply} --field-manager=alpha`, input: configMap('k: v, l: v'), out: applied },
      { kubectl: `${apply} --field-manager=beta --force-conflicts`, input: configMap('k: w'), out: applied },
      {
        kubectl: 'get cm a -o json --show-managed-fields',
        json: {
          data: { k: 'w', l: 'v' },
          metadata: {
            managedFields: [
              { manager: 'alpha', fieldsV1: { 'f:data': { 'f:k': ABSENT, 'f:l': {} } } },
              { manager: 'beta', fieldsV1: { 'f:data': { 'f:k': {} } } },
            ],
          },
        },
      },
    ],
  },
  {
    title: 'conflicts with a patch by its manager, verb and version',
    steps: [
      { kubectl: apply, input: configMap('k: v'), out: applied },
      { kubectl: `patch cm a -p '{"data":{"k":"w"}}'`, out: 'configmap/a patched' },
      {
        kubectl: apply,
        input: configMap('k: v'),
        exit: 1,
        err: /^error: Apply failed with 1 conflict: conflict with "kubectl-patch" using v1: \.data\.k\n/,
      },
    ],
  },
  {
    title: 'takes over an object that client-side apply made, with its annotation',
    steps: [
      { kubectl: 'apply -f -', input: configMap('k: v, l: v'), out: 'configmap/a created' },
      { kubectl: apply, input: configMap('k: w'), out: applied },
      {
        kubectl: 'get cm a -o json --show-managed-fields',
        json: {
          data: { k: 'w', l: ABSENT },
          metadata: {
            managedFields: [
              { manager: 'kubectl-last-applied', operation: 'Apply', time: ABSENT },
              { manager: 'kubectl', operation: 'Apply', time: /Z$/ },
            ],
          },
        },
      },
    ],
  },
  {
    title: 'and client-side apply after it go together',
    steps: [
      { kubectl: 'apply -f -', input: configMap('k: v'), out: 'configmap/a created' },
      { kubectl: apply, input: configMap('k: w'), out: applied },
      { kubectl: 'apply -f -', input: configMap('k: x'), out: 'configmap/a configured' },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'x' },
    ],
  },
  {
    title: '--dry-run=server tells of conflicts and changes nothing',
    steps: [
      { kubectl: `${apply} --dry-run=server`, input: configMap('k: v'), out: `${applied} (server dry run)` },
      { kubectl: 'get cm a', exit: 1 },
      { kubectl: `${apply} --field-manager=alpha`, input: configMap('k: v'), out: applied },
      {
        kubectl: `${apply} --dry-run=server`,
        input: configMap('k: w'),
        exit: 1,
        err: /conflict with "alpha": \.data\.k/,
      },
    ],
  },
  {
    title: 'merges keyed lists by their keys',
    definitions: widgets,
    steps: [
      {
        kubectl: `${apply} --field-manager=alpha`,
        input: widget('ports: [{name: http, port: 80}]'),
        out: 'widget.%GROUP%/a serverside-applied',
      },
      {
        kubectl: `${apply} --field-manager=beta`,
        input: widget('ports: [{name: https, port: 443}]'),
        out: 'widget.%GROUP%/a serverside-applied',
      },
      {
        kubectl: 'get widgets.%GROUP% a -o json',
        json: {
          spec: {
            ports: [
              { name: 'http', port: 80, protocol: 'TCP' },
              { name: 'https', port: 443, protocol: 'TCP' },
            ],
          },
        },
      },
      {
        kubectl: `${apply} --field-manager=beta`,
        input: widget('ports: [{name: http, port: 81}]'),
        exit: 1,
        err: /conflict with "alpha": \.spec\.ports\[name="http"\]\.port/,
      },
      {
        kubectl: `${apply} --field-manager=beta`,
        input: widget('size: 1'),
        out: 'widget.%GROUP%/a serverside-applied',
      },
      { kubectl: 'get widgets.%GROUP% a -o json', json: { spec: { ports: [{ name: 'http' }] } } },
    ],
  },
  {
    title: 'merges sets, and replaces atomic lists',
    definitions: widgets,
    steps: [
      {
        kubectl: `${apply} --field-manager=alpha`,
        input: widget('tags: [a, b], words: [x]'),
        out: 'widget.%GROUP%/a serverside-applied',
      },
      {
        kubectl: `${apply} --field-manager=beta`,
        input: widget('tags: [b, c]'),
        out: 'widget.%GROUP%/a serverside-applied',
      },
      {
        kubectl: `${apply} --field-manager=alpha`,
        input: widget('tags: [a], words: [w]'),
        out: 'widget.%GROUP%/a serverside-applied',
      },
      { kubectl: 'get widgets.%GROUP% a -o json', json: { spec: { tags: ['a', 'b', 'c'], words: ['w'] } } },
      {
        kubectl: `${apply} --field-manager=beta`,
        input: widget('words: [z]'),
        exit: 1,
        err: /conflict with "alpha": \.spec\.words/,
      },
    ],
  },
  {
    title: 'defaults belong to nobody',
    definitions: widgets,
    steps: [
      {
        kubectl: `${apply} --field-manager=alpha`,
        input: widget('size: 1'),
        out: 'widget.%GROUP%/a serverside-applied',
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.spec.colour}', out: 'red' },
      {
        kubectl: 'get widgets.%GROUP% a -o json --show-managed-fields',
        json: { metadata: { managedFields: [{ fieldsV1: { 'f:spec': { 'f:size': {}, 'f:colour': ABSENT } } }] } },
      },
      {
        kubectl: `${apply} --field-manager=beta`,
        input: widget('colour: blue'),
        out: 'widget.%GROUP%/a serverside-applied',
      },
      {
        kubectl: `${apply} --field-manager=beta`,
        input: widget('size: 1'),
        out: 'widget.%GROUP%/a serverside-applied',
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.spec.colour}', out: 'red' },
    ],
  },
  {
    title: 'of a field that the schema has not is refused',
    definitions: widgets,
    steps: [
      {
        kubectl: apply,
        input: widget('sizes: 1'),
        exit: 1,
        out: '',
        err: /\.spec\.sizes: field not declared in schema|unknown field "spec\.sizes"/,
      },
      { kubectl: 'get widgets.%GROUP% a', exit: 1 },
    ],
  },
  {
    title: 'of an object in a namespace that is not there is NotFound',
    steps: [
      { kubectl: `${apply} -n %NS%-nope`, input: configMap('k: v'), exit: 1, err: /namespaces "%NS%-nope" not found/ },
    ],
  },
  {
    title: 'applies labels, annotations and finalizers as their own fields',
    steps: [
      {
        kubectl: `${apply} --field-manager=alpha`,
        input: configMap('k: v', ', labels: {x: "1"}, finalizers: [example.com/a]'),
        out: applied,
      },
      {
        kubectl: `${apply} --field-manager=beta`,
        input: configMap('l: v', ', labels: {w: "1"}, finalizers: [example.com/b]'),
        out: applied,
      },
      {
        kubectl: 'get cm a -o json',
        json: { metadata: { labels: { x: '1', w: '1' }, finalizers: ['example.com/a', 'example.com/b'] } },
      },
      { kubectl: `${apply} --field-manager=beta`, input: configMap('l: v'), out: applied },
      {
        kubectl: 'get cm a -o json',
        json: { metadata: { labels: { x: '1', w: ABSENT }, finalizers: ['example.com/a'] } },
      },
      { kubectl: `patch cm a --type=merge -p '{"metadata":{"finalizers":null}}'`, out: 'configmap/a patched' },
    ],
  },
  {
    title: 'with --subresource=status applies the status only',
    definitions: widgets,
    given: widget('size: 1'),
    steps: [
      {
        kubectl: `${apply} --subresource=status --field-manager=alpha`,
        input: 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nstatus: {phase: Fine}\n',
        out: 'widget.%GROUP%/a serverside-applied',
      },
      {
        kubectl: 'get widgets.%GROUP% a -o json --show-managed-fields',
        json: {
          spec: { size: 1 },
          status: { phase: 'Fine' },
          metadata: { managedFields: [{ manager: 'alpha', subresource: 'status' }, {}] },
        },
      },
    ],
    kubectl: '1.33',
  },
];
