/** Label and field selectors. */
import type { Case } from '../suite/case.ts';
import { widgets } from './definitions.ts';

const secret = (name: string, labels: string): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, labels: {${labels}}}\n`;
const objects = [
  secret('one', 'app: web, tier: front'),
  secret('two', 'app: web, tier: back'),
  secret('three', 'app: db'),
  secret('four', ''),
].join('---\n');

const selects = (title: string, selector: string, ...names: readonly string[]): Case => ({
  title,
  given: objects,
  steps: [{ kubectl: `get secret -o name -l '${selector}'`, out: names.map((name) => `secret/${name}`).join('\n') }],
});

export const selectorCases: readonly Case[] = [
  selects('key=value', 'app=web', 'one', 'two'),
  selects('key==value', 'app==db', 'three'),
  selects('key!=value takes objects without the key too', 'app!=web', 'four', 'three'),
  selects('in', 'app in (web, db)', 'one', 'three', 'two'),
  selects('notin takes objects without the key too', 'tier notin (front)', 'four', 'three', 'two'),
  selects('a key alone', 'tier', 'one', 'two'),
  selects('!key', '!app', 'four'),
  selects('several requirements all hold', 'app=web,tier!=front', 'two'),
  {
    title: 'a broken label selector is refused',
    steps: [
      { kubectl: "get secret -l 'app in'", exit: 1, err: /unable to parse requirement|couldn't parse the selector/ },
    ],
  },
  {
    title: 'by name and namespace, for every kind',
    given: objects,
    steps: [
      { kubectl: 'get secret --field-selector metadata.name=two -o name', out: 'secret/two' },
      {
        kubectl: 'get secret --field-selector metadata.name!=two -o name',
        out: 'secret/four\nsecret/one\nsecret/three',
      },
      {
        kubectl: 'get secret -A --field-selector metadata.namespace=%NS%,metadata.name==one -o name',
        out: 'secret/one',
      },
    ],
  },
  {
    title: 'a Secret by its type',
    given: `${objects}---\napiVersion: v1\nkind: Secret\nmetadata: {name: odd}\ntype: example.com/odd\n`,
    steps: [{ kubectl: 'get secret --field-selector type=example.com/odd -o name', out: 'secret/odd' }],
  },
  {
    title: 'a Namespace by its phase',
    steps: [
      { kubectl: 'get ns --field-selector status.phase=Active,metadata.name=%NS% -o name', out: 'namespace/%NS%' },
      { kubectl: 'get ns --field-selector status.phase=Terminating,metadata.name=%NS% -o name', out: '' },
    ],
  },
  {
    title: 'a field that cannot be selected by is refused',
    steps: [
      { kubectl: 'get cm --field-selector data.a=1', exit: 1, err: /BadRequest.*(data\.a|field label not supported)/ },
      {
        kubectl: 'get ns --field-selector spec.foo=1',
        exit: 1,
        err: /field label not supported: spec\.foo|"spec\.foo" is not a known field selector/,
      },
    ],
  },
  {
    title: 'custom resources by name, and by nothing else',
    definitions: widgets,
    given:
      'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\n---\napiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: b}\n',
    steps: [
      { kubectl: 'get widgets.%GROUP% --field-selector metadata.name=b -o name', out: 'widget.%GROUP%/b' },
      {
        kubectl: 'get widgets.%GROUP% --field-selector spec.size=3',
        exit: 1,
        err: /field label not supported: spec\.size/,
      },
    ],
  },
  {
    title: 'label and field selectors together',
    given: objects,
    steps: [{ kubectl: 'get secret -l app=web --field-selector metadata.name!=one -o name', out: 'secret/two' }],
  },
];
