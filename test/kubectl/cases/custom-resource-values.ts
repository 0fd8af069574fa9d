/** Objects of kinds that CustomResourceDefinitions define: which values they take, keep and get. */
import type { Case } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';
import { ruled, widgets } from './definitions.ts';
import { widget } from './objects.ts';

const range = (spec: string): string => `apiVersion: "%GROUP%/v1"\nkind: Range\nmetadata: {name: a}\nspec: {${spec}}\n`;

const refuses = (title: string, spec: string, err: RegExp | readonly RegExp[]): Case => ({
  title,
  definitions: widgets,
  steps: [{ kubectl: 'create -f -', input: widget(spec), exit: 1, out: '', err }],
});

export const customResourceValueCases: readonly Case[] = [
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
];
