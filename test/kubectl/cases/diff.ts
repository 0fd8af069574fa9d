/** `kubectl diff`: 0 is no difference, 1 is one, above 1 is an error. */
import type { Case } from '../suite/case.ts';
import { widgets } from './definitions.ts';
import { widget } from './objects.ts';

const configMap = (data: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {${data}}\n`;

export const diffCases: readonly Case[] = [
  {
    title: 'of what is as applied is empty, exit code 0',
    steps: [
      { kubectl: 'apply -f -', input: configMap('k: v'), out: 'configmap/a created' },
      { kubectl: 'diff -f -', input: configMap('k: v'), out: '' },
    ],
  },
  {
    title: 'shows what would change, exit code 1, and changes nothing',
    steps: [
      { kubectl: 'apply -f -', input: configMap('k: v'), out: 'configmap/a created' },
      { kubectl: 'diff -f -', input: configMap('k: w'), exit: 1, out: [/^-  k: v$/m, /^\+  k: w$/m], err: '' },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'v' },
    ],
  },
  {
    title: 'of what is not there shows all of it',
    steps: [
      {
        kubectl: 'diff -f -',
        input: configMap('k: v'),
        exit: 1,
        out: [/^\+kind: ConfigMap$/m, /^\+  k: v$/m],
        err: '',
      },
      { kubectl: 'get cm a', exit: 1 },
    ],
  },
  {
    title: 'of what the server refuses is an error, exit code above 1',
    steps: [
      { kubectl: 'diff -f -', input: configMap('"not a key!": v'), exit: 2, err: /is invalid: data\[not a key!\]/ },
    ],
  },
  {
    title: 'without a file that is there is an error',
    steps: [{ kubectl: 'diff -f nope.yaml', exit: 2, err: /the path "nope\.yaml" does not exist/ }],
  },
  {
    title: '--server-side shows what server-side apply would do',
    steps: [
      { kubectl: 'apply --server-side -f -', input: configMap('k: v, l: v'), out: 'configmap/a serverside-applied' },
      { kubectl: 'diff --server-side -f -', input: configMap('k: v, l: v'), out: '' },
      { kubectl: 'diff --server-side -f -', input: configMap('k: v'), exit: 1, out: /^-  l: v$/m, err: '' },
    ],
  },
  {
    title: '--server-side of a field that another owns is a conflict',
    steps: [
      { kubectl: 'apply --server-side --field-manager=alpha -f -', input: configMap('k: v'), out: /applied/ },
      {
        kubectl: 'diff --server-side -f -',
        input: configMap('k: w'),
        exit: 2,
        err: /conflict with "alpha": \.data\.k/,
      },
      {
        kubectl: 'diff --server-side --force-conflicts -f -',
        input: configMap('k: w'),
        exit: 1,
        out: /^\+  k: w$/m,
        err: '',
      },
    ],
  },
  {
    title: 'of a custom resource counts what is defaulted as so',
    definitions: widgets,
    steps: [
      { kubectl: 'apply -f -', input: widget('size: 1'), out: 'widget.%GROUP%/a created' },
      { kubectl: 'diff -f -', input: widget('size: 1'), out: '' },
      {
        kubectl: 'diff -f -',
        input: widget('size: 2'),
        exit: 1,
        out: [/^-  size: 1$/m, /^\+  size: 2$/m],
        lacks: /colour: blue/,
        err: '',
      },
    ],
  },
  {
    title: 'masks the data of Secrets',
    steps: [
      {
        kubectl: 'apply -f -',
        input: 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {k: before}\n',
        out: 'secret/a created',
      },
      {
        kubectl: 'diff -f -',
        input: 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {k: after}\n',
        exit: 1,
        out: /\*\*\* \((before|after)\)/,
        lacks: /YWZ0ZXI|YmVmb3Jl/,
        err: '',
      },
    ],
  },
  {
    title: '-k, -R and a program of your own that compares',
    files: {
      'all/a.yaml': configMap('k: v'),
      'all/below/b.yaml': configMap('k: v').replace('name: a', 'name: b'),
      'kustomization.yaml': 'resources: [all/a.yaml]\n',
    },
    steps: [
      { kubectl: 'diff -k .', exit: 1, out: /^\+  k: v$/m, err: '' },
      { kubectl: 'apply -k .', out: 'configmap/a created' },
      { kubectl: 'diff -k .', out: '' },
      { kubectl: 'diff -R -f all', exit: 1, out: /^\+  name: b$/m, lacks: /^\+  name: a$/m, err: '' },
      { kubectl: 'diff -R -f all', env: { KUBECTL_EXTERNAL_DIFF: 'ls' }, out: /LIVE[^]*MERGED/ },
    ],
  },
  {
    title: '--prune shows what apply would prune',
    steps: [
      {
        kubectl: 'apply -f -',
        input: `${configMap('k: v').replace('{name: a}', '{name: a, labels: {app: web}}')}---\n${configMap('k: v').replace('{name: a}', '{name: b, labels: {app: web}}')}`,
        out: /created/,
      },
      {
        kubectl: 'diff --prune -l app=web --prune-allowlist=core/v1/ConfigMap -n %NS% -f -',
        input: configMap('k: v').replace('{name: a}', '{name: a, labels: {app: web}}'),
        exit: 1,
        out: [/^-kind: ConfigMap$/m, /^-  name: b$/m],
        err: '',
      },
    ],
  },
];
