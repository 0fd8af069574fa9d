/** `kubectl replace`. */
import type { Case } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';
import { widgets } from './definitions.ts';

const configMap = (data: string, more = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a${more}}\ndata: {${data}}\n`;

export const replaceCases: readonly Case[] = [
  {
    title: 'puts the whole object',
    given: configMap('k: v, l: v', ', labels: {x: "1"}'),
    steps: [
      { kubectl: 'replace -f -', input: configMap('k: w'), out: 'configmap/a replaced' },
      { kubectl: 'get cm a -o json', json: { data: { k: 'w', l: ABSENT }, metadata: { labels: ABSENT } } },
    ],
  },
  {
    title: 'keeps uid and creation time',
    given: configMap('k: v'),
    steps: [
      { kubectl: 'get cm a -o jsonpath={.metadata.uid}/{.metadata.creationTimestamp}', save: 'before' },
      {
        kubectl: 'replace -f - -o jsonpath={.metadata.uid}/{.metadata.creationTimestamp}',
        input: configMap('k: w'),
        out: '%before%',
      },
    ],
  },
  {
    title: 'of an object that is not there is NotFound',
    steps: [
      {
        kubectl: 'replace -f -',
        input: configMap('k: v'),
        exit: 1,
        err: 'Error from server (NotFound): error when replacing "STDIN": configmaps "a" not found',
      },
    ],
  },
  {
    title: 'with a resourceVersion that is old is a conflict',
    given: configMap('k: v'),
    steps: [
      {
        kubectl: 'replace -f -',
        input: configMap('k: w', ', resourceVersion: "1"'),
        exit: 1,
        err: /^Error from server \(Conflict\): error when replacing "STDIN": Operation cannot be fulfilled on configmaps "a": the object has been modified/,
      },
    ],
  },
  {
    title: 'with the live resourceVersion is taken once',
    given: configMap('k: v'),
    steps: [
      { kubectl: 'get cm a -o jsonpath={.metadata.resourceVersion}', save: 'live' },
      { kubectl: 'replace -f -', input: configMap('k: w', ', resourceVersion: "%live%"'), out: 'configmap/a replaced' },
      { kubectl: 'replace -f -', input: configMap('k: x', ', resourceVersion: "%live%"'), exit: 1, err: /Conflict/ },
    ],
  },
  {
    title: 'with the same content does not touch the object',
    given: configMap('k: v'),
    steps: [
      { kubectl: 'get cm a -o json', save: 'all' },
      { kubectl: 'get cm a -o jsonpath={.metadata.resourceVersion}', save: 'before' },
      { kubectl: 'replace -f - -o jsonpath={.metadata.resourceVersion}', input: '%all%', out: '%before%' },
    ],
  },
  {
    title: '--force deletes and makes anew',
    given: configMap('k: v'),
    steps: [
      { kubectl: 'get cm a -o jsonpath={.metadata.uid}', save: 'uid' },
      {
        kubectl: 'replace --force -f -',
        input: configMap('k: w'),
        out: /^configmap "a" deleted.*\nconfigmap\/a replaced\n$/,
      },
      { kubectl: 'get cm a -o jsonpath={.metadata.uid}/{.data.k}', out: /\/w$/, lacks: /%uid%/ },
    ],
  },
  {
    title: '--force of an object that is not there makes it',
    steps: [{ kubectl: 'replace --force -f -', input: configMap('k: w'), out: 'configmap/a replaced' }],
  },
  {
    title: '--save-config keeps the configuration for apply',
    given: configMap('k: v'),
    steps: [
      { kubectl: 'replace --save-config -f -', input: configMap('k: w'), out: 'configmap/a replaced' },
      { kubectl: 'apply -f -', input: configMap('k: w'), out: /configmap\/a (unchanged|configured)/ },
      { kubectl: 'apply view-last-applied cm/a', out: /k: w/ },
    ],
  },
  {
    title: 'of a custom resource needs the resourceVersion, which kubectl gets',
    definitions: widgets,
    given: 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 1}\n',
    steps: [
      {
        kubectl: 'replace -f -',
        input: 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 2}\n',
        out: 'widget.%GROUP%/a replaced',
      },
      {
        kubectl: 'get widgets.%GROUP% a -o json',
        json: { spec: { size: 2, colour: 'red' }, metadata: { generation: 2 } },
      },
      {
        kubectl: 'replace --raw /apis/%GROUP%/v1/namespaces/%NS%/widgets/a -f -',
        input: '{"apiVersion":"%GROUP%/v1","kind":"Widget","metadata":{"name":"a"},"spec":{"size":3}}',
        exit: 1,
        err: /metadata\.resourceVersion: Invalid value: (0|0x0|""): must be specified for an update/,
      },
    ],
  },
  {
    title: '--dry-run=server stores nothing',
    given: configMap('k: v'),
    steps: [
      {
        kubectl: 'replace --dry-run=server -f -',
        input: configMap('k: w'),
        out: 'configmap/a replaced (server dry run)',
      },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'v' },
    ],
  },
  {
    title: '--subresource=status replaces the status only',
    definitions: widgets,
    given: 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 1}\n',
    steps: [
      {
        kubectl: 'replace --subresource=status -f -',
        input: 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 2}\nstatus: {phase: Fine}\n',
        out: 'widget.%GROUP%/a replaced',
      },
      { kubectl: 'get widgets.%GROUP% a -o json', json: { spec: { size: 1 }, status: { phase: 'Fine' } } },
    ],
  },
];
