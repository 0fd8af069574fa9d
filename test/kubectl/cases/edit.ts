/** `kubectl edit`, with programs as editors. */
import type { Case } from '../suite/case.ts';
import { widgets } from './definitions.ts';

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: before}\n';
const widget = 'apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: a}\nspec: {size: 7}\n';

export const editCases: readonly Case[] = [
  {
    title: 'saves what the editor changed',
    given: configMap,
    steps: [
      { kubectl: 'edit cm a', env: { KUBE_EDITOR: 'sed -i s/before/after/' }, out: 'configmap/a edited' },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'after' },
    ],
  },
  {
    title: 'without a change says so and writes nothing',
    given: configMap,
    steps: [
      { kubectl: 'get cm a -o jsonpath={.metadata.resourceVersion}', save: 'before' },
      { kubectl: 'edit cm a', env: { KUBE_EDITOR: 'true' }, out: '', err: 'Edit cancelled, no changes made.' },
      { kubectl: 'get cm a -o jsonpath={.metadata.resourceVersion}', out: '%before%' },
    ],
  },
  {
    title: 'of what the server refuses shows why and asks again, and keeps the edit when nothing better comes',
    definitions: widgets,
    given: widget,
    files: {
      'edit.sh': 'if [ ! -f once ]; then touch once; sed -i "s/size: 7/size: 7000/" "$1"; else cp "$1" seen; fi\n',
    },
    steps: [
      {
        kubectl: 'edit widgets.%GROUP% a',
        env: { KUBE_EDITOR: 'sh edit.sh' },
        exit: 1,
        err: [/"a" is invalid/, /Edit cancelled, no valid changes were saved/],
      },
      { kubectl: 'create cm seen --from-file=seen', out: 'configmap/seen created' },
      {
        kubectl: 'get cm seen -o jsonpath={.data.seen}',
        out: /# \* ?spec\.size: Invalid value: 7000: spec\.size in body should be less than or equal to 100/,
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.spec.size}', out: '7' },
    ],
  },
  {
    title: 'of a custom resource patches it',
    definitions: widgets,
    given: widget,
    steps: [
      {
        kubectl: 'edit widgets.%GROUP% a',
        env: { KUBE_EDITOR: 'sed -i "s/size: 7/size: 8/"' },
        out: 'widget.%GROUP%/a edited',
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.spec.size}', out: '8' },
    ],
  },
  {
    title: 'keeps what somebody else changed meanwhile',
    given: configMap,
    files: {
      'edit.sh': `"$KUBECTL" patch cm a -p '{"data":{"theirs":"x"}}' >/dev/null\nsed -i s/before/after/ "$1"\n`,
    },
    steps: [
      { kubectl: 'edit cm a', env: { KUBE_EDITOR: 'sh edit.sh' }, out: 'configmap/a edited' },
      { kubectl: 'get cm a -o jsonpath={.data.k}/{.data.theirs}', out: 'after/x' },
    ],
  },
  {
    title: 'of several objects edits each',
    given: `${configMap}---\n${configMap.replace('name: a', 'name: b')}`,
    steps: [
      {
        kubectl: 'edit cm a b',
        env: { KUBE_EDITOR: 'sed -i s/before/after/' },
        out: 'configmap/a edited\nconfigmap/b edited',
      },
      { kubectl: 'get cm a b -o jsonpath={.items[*].data.k}', out: 'after after' },
    ],
  },
  {
    title: '-o json edits JSON and prints it, --output-patch prints what it sends',
    given: configMap,
    steps: [
      {
        kubectl: 'edit cm a -o json',
        env: { KUBE_EDITOR: 'sed -i s/before/middle/' },
        json: { data: { k: 'middle' } },
      },
      {
        kubectl: 'edit cm a --output-patch',
        env: { KUBE_EDITOR: 'sed -i s/middle/after/' },
        out: /Patch: \{"data":\{"k":"after"\}/,
      },
    ],
  },
  {
    title: '--subresource=status edits the status',
    definitions: widgets,
    given: widget,
    steps: [
      {
        kubectl: `patch widgets.%GROUP% a --type=merge --subresource=status -p '{"status":{"phase":"Before"}}'`,
        out: /patched/,
      },
      {
        kubectl: 'edit widgets.%GROUP% a --subresource=status',
        env: { KUBE_EDITOR: 'sed -i s/Before/After/' },
        out: 'widget.%GROUP%/a edited',
      },
      { kubectl: 'get widgets.%GROUP% a -o jsonpath={.status.phase}', out: 'After' },
    ],
  },
  {
    title: 'of nothing is an error',
    steps: [{ kubectl: 'edit cm nope', exit: 1, err: 'Error from server (NotFound): configmaps "nope" not found' }],
  },
];
