/** `kubectl describe`. */
import type { Case } from '../suite/case.ts';
import { widgets } from './definitions.ts';

export const describeCases: readonly Case[] = [
  {
    title: 'a ConfigMap shows its data',
    given:
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {app: web}, annotations: {note: hello}}\ndata: {k: v}\nbinaryData: {x: gIGC/w==}\n',
    steps: [
      {
        kubectl: 'describe cm a',
        out: [
          /^Name: +a$/m,
          /^Namespace: +%NS%$/m,
          /^Labels: +app=web$/m,
          /^Annotations: +note: hello$/m,
          /^k:\n----\nv\n/m,
          /^BinaryData\n====\nx: 4 bytes$/m,
          /^Events: +<none>$/m,
        ],
      },
    ],
  },
  {
    title: 'a Secret shows sizes, and no value',
    given: 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {word: hidden}\n',
    steps: [{ kubectl: 'describe secret a', out: [/^Type: +Opaque$/m, /^word: +6 bytes$/m], lacks: /hidden|aGlkZGVu/ }],
  },
  {
    title: 'a custom resource shows all its fields',
    definitions: widgets,
    given:
      'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 3, ports: [{name: http, port: 80}]}\n',
    steps: [
      {
        kubectl: 'describe widgets.%GROUP% a',
        out: [
          /^API Version: +%GROUP%\/v1$/m,
          /^Kind: +Widget$/m,
          /^Spec:\n {2}Colour: +red\n {2}Ports:\n {4}Name: +http\n {4}Port: +80\n {4}Protocol: +TCP\n {2}Size: +3$/m,
          /^Events: +<none>$/m,
        ],
      },
    ],
  },
  {
    title: 'shows the Events about the object',
    steps: [
      { kubectl: 'create cm a -o jsonpath={.metadata.uid}', save: 'uid' },
      {
        kubectl: 'create -f -',
        input: `apiVersion: v1
kind: Event
metadata: {name: e}
involvedObject: {apiVersion: v1, kind: ConfigMap, name: a, namespace: "%NS%", uid: "%uid%"}
type: Normal
reason: Made
message: it is made
firstTimestamp: "2026-01-01T00:00:00Z"
lastTimestamp: "2026-01-01T00:00:00Z"
source: {component: tester}
`,
        out: /created/,
      },
      {
        kubectl: 'describe cm a',
        out: /^Events:\n +Type +Reason +Age +From +Message\n.*\n +Normal +Made +\S+ +tester +it is made$/m,
      },
      { kubectl: 'describe cm a --show-events=false', lacks: /it is made/, out: /Name/ },
    ],
  },
  {
    title: 'several by selector or by the beginning of their names',
    given: ['one', 'only', 'two']
      .map((name) => `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, labels: {app: web}}\n`)
      .join('---\n'),
    steps: [
      { kubectl: 'describe secret -l app=web', out: /Name: +one\n[^]*Name: +only\n[^]*Name: +two\n/ },
      { kubectl: 'describe secret on', out: /Name: +one\n[^]*Name: +only\n/, lacks: /two/ },
    ],
  },
  {
    title: 'what is not there is NotFound',
    steps: [{ kubectl: 'describe cm nope', exit: 1, err: 'Error from server (NotFound): configmaps "nope" not found' }],
  },
  {
    title: 'a CustomResourceDefinition',
    definitions: widgets,
    steps: [
      {
        kubectl: 'describe crd widgets.%GROUP%',
        out: [/^Kind: +CustomResourceDefinition$/m, /Type: +Established/, /Stored Versions:\n +v1/],
      },
    ],
  },
  {
    title: '-f describes what a file names',
    given: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    steps: [
      { kubectl: 'describe -f -', input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n', out: /^Name: +a$/m },
    ],
  },
];
