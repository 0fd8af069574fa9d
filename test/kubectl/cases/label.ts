/** `kubectl label` and `kubectl annotate`. */
import type { Case } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';

const secret = (name: string, labels = ''): string =>
  `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, labels: {${labels}}}\n`;

export const labelCases: readonly Case[] = [
  {
    title: 'label adds, and says when there was nothing to do',
    given: secret('a'),
    steps: [
      { kubectl: 'label secret a x=1', out: 'secret/a labeled' },
      { kubectl: 'label secret a x=1', out: 'secret/a not labeled' },
      { kubectl: 'get secret a -o json', json: { metadata: { labels: { x: '1' } } } },
    ],
  },
  {
    title: 'label does not change a value without --overwrite',
    given: secret('a', 'x: "1"'),
    steps: [
      { kubectl: 'label secret a x=2', exit: 1, err: /'x' already has a value \(1\), and --overwrite is false/ },
      { kubectl: 'label secret a x=2 --overwrite', out: 'secret/a labeled' },
      { kubectl: 'get secret a -o jsonpath={.metadata.labels.x}', out: '2' },
    ],
  },
  {
    title: 'label key- removes',
    given: secret('a', 'x: "1", w: "1"'),
    steps: [
      { kubectl: 'label secret a x-', out: 'secret/a unlabeled' },
      { kubectl: 'get secret a -o json', json: { metadata: { labels: { w: '1', x: ABSENT } } } },
      { kubectl: 'label secret a x-', out: /label "x" not found\.\nsecret\/a not labeled/ },
    ],
  },
  {
    title: 'label --list shows them',
    given: secret('a', 'x: "1", w: "2"'),
    steps: [{ kubectl: 'label secret a --list', out: [/^w=2$/m, /^x=1$/m] }],
  },
  {
    title: 'label --all and -l choose objects',
    given: [secret('a', 'app: web'), secret('b', 'app: db')].join('---\n'),
    steps: [
      { kubectl: 'label secret --all one=1', out: 'secret/a labeled\nsecret/b labeled' },
      { kubectl: 'label secret -l app=db two=2', out: 'secret/b labeled' },
      { kubectl: 'get secret -l one,two -o name', out: 'secret/b' },
    ],
  },
  {
    title: 'label with an old --resource-version is a conflict',
    given: secret('a'),
    steps: [
      { kubectl: 'label secret a x=1 --resource-version=1', exit: 1, err: /\(Conflict\)/ },
      { kubectl: 'get secret a -o jsonpath={.metadata.resourceVersion}', save: 'live' },
      { kubectl: 'label secret a x=1 --resource-version=%live%', out: 'secret/a labeled' },
    ],
  },
  {
    title: 'label with a key or value that is none is refused',
    given: secret('a'),
    steps: [
      { kubectl: `label secret a 'x=not a value'`, exit: 1, err: /invalid label value: "x=not a value"/ },
      { kubectl: `label secret a '-x=1'`, exit: 1, err: /./ },
    ],
  },
  {
    title: 'label of a namespace',
    steps: [
      { kubectl: 'label ns %NS% team=blue', out: 'namespace/%NS% labeled' },
      { kubectl: 'get ns -l team=blue,kubernetes.io/metadata.name=%NS% -o name', out: 'namespace/%NS%' },
    ],
  },
  {
    title: 'label --dry-run=server and -o',
    given: secret('a'),
    steps: [
      { kubectl: 'label secret a x=1 --dry-run=server -o jsonpath={.metadata.labels.x}', out: '1' },
      { kubectl: 'label secret a x=1 --dry-run=client', out: 'secret/a labeled (dry run)' },
      { kubectl: 'get secret a -o jsonpath={.metadata.labels.x}', out: '' },
    ],
  },
  {
    title: 'label --local needs no server',
    files: { 'a.yaml': secret('a') },
    steps: [{ kubectl: 'label --local -f a.yaml x=1 -o jsonpath={.metadata.labels.x}', out: '1' }],
  },
  {
    title: 'label -f labels what a file names',
    given: secret('a'),
    files: { 'a.yaml': secret('a') },
    steps: [{ kubectl: 'label -f a.yaml x=1', out: 'secret/a labeled' }],
  },
  {
    title: 'the owner of a label is kubectl-label',
    given: secret('a'),
    steps: [
      { kubectl: 'label secret a x=1', out: 'secret/a labeled' },
      {
        kubectl: 'get secret a -o json --show-managed-fields',
        json: {
          metadata: {
            managedFields: [
              { manager: 'kubectl-create' },
              {
                manager: 'kubectl-label',
                operation: 'Update',
                fieldsV1: { 'f:metadata': { 'f:labels': { 'f:x': {} } } },
              },
            ],
          },
        },
      },
    ],
  },
  {
    title: 'annotate adds, changes with --overwrite, and removes',
    given: secret('a'),
    steps: [
      { kubectl: `annotate secret a note='free text, with = and "quotes"'`, out: 'secret/a annotated' },
      {
        kubectl: 'get secret a -o json',
        json: { metadata: { annotations: { note: 'free text, with = and "quotes"' } } },
      },
      {
        kubectl: 'annotate secret a note=other',
        exit: 1,
        err: /--overwrite is false but found the following declared annotation\(s\): 'note' already has a value/,
      },
      { kubectl: 'annotate secret a note=other --overwrite', out: 'secret/a annotated' },
      { kubectl: 'annotate secret a note-', out: 'secret/a annotated' },
      { kubectl: 'get secret a -o json', json: { metadata: { annotations: ABSENT } } },
    ],
  },
  {
    title: 'annotate --list, --all and -l',
    given: [secret('a', 'app: web'), secret('b', 'app: db')].join('---\n'),
    steps: [
      { kubectl: 'annotate secret --all one=1', out: 'secret/a annotated\nsecret/b annotated' },
      { kubectl: 'annotate secret -l app=db two=2', out: 'secret/b annotated' },
      { kubectl: 'annotate secret b --list', out: [/^one=1$/m, /^two=2$/m] },
    ],
  },
  {
    title: 'annotate of an object that is not there is NotFound',
    steps: [
      { kubectl: 'annotate secret nope x=y', exit: 1, err: 'Error from server (NotFound): secrets "nope" not found' },
    ],
  },
];
