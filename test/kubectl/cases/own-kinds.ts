/** The kinds of tsmoby.dev, as kubectl sees them, with nothing running. */
import type { Case } from '../suite/case.ts';

/** Images that nobody can pull: the objects stay as they are. */
const town = ['one', 'two']
  .map(
    (name) => `apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata: {name: ${name}, labels: {app: web}}
spec: {image: nowhere.invalid/x, command: [sleep, inf]}
`,
  )
  .concat('apiVersion: tsmoby.dev/v1alpha1\nkind: Volume\nmetadata: {name: data}\nspec: {}\n')
  .concat('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n')
  .join('---\n');

export const ownKindCases: readonly Case[] = [
  {
    title: 'are explained, in all their depth',
    needs: ['tsmoby'],
    steps: [
      {
        kubectl: 'explain containers',
        out: [/^GROUP: +tsmoby\.dev\nKIND: +Container\nVERSION: +v1alpha1\n/, /^ {2}spec\t<\w+>/m],
      },
      { kubectl: 'explain container.spec.image', out: [/^FIELD: image <string>/m, /^DESCRIPTION:\n +\S/m] },
      {
        kubectl: 'explain ctr --recursive',
        out: [/^ {4}resources\t<\w+>$/m, /^ {6}limits\t/m],
      },
      ...['image', 'network', 'volume'].map((kind) => ({
        kubectl: `explain ${kind}.spec --recursive`,
        out: [/^FIELD: spec <\w+>/m, /^FIELDS:$/m],
      })),
    ],
  },
  {
    title: 'are among all, and among many kinds at once',
    needs: ['tsmoby'],
    given: town,
    steps: [
      {
        kubectl: 'get all -o name',
        out: [/^container\.tsmoby\.dev\/one$/m, /^container\.tsmoby\.dev\/two$/m, /^volume\.tsmoby\.dev\/data$/m],
        lacks: /configmap/,
      },
      { kubectl: 'get all', out: /^NAME +READY +STATUS +RESTARTS +AGE\ncontainer\.tsmoby\.dev\/one /m },
      {
        kubectl: 'get volumes,cm,ctr -o name',
        out: 'volume.tsmoby.dev/data\nconfigmap/settings\ncontainer.tsmoby.dev/one\ncontainer.tsmoby.dev/two',
      },
    ],
  },
  {
    title: 'are applied, said to be unchanged, diffed and pruned',
    needs: ['tsmoby'],
    files: { 'town.yaml': town },
    steps: [
      { kubectl: 'apply -f town.yaml', out: /one created\n.*two created\n.*data created\n.*settings created\n$/ },
      {
        kubectl: 'apply -f town.yaml',
        out: /^container\.tsmoby\.dev\/one unchanged\ncontainer\.tsmoby\.dev\/two unchanged\nvolume\.tsmoby\.dev\/data unchanged\nconfigmap\/settings unchanged\n$/,
      },
      { kubectl: 'diff -f town.yaml', out: '' },
      {
        kubectl: 'apply -f - --prune -l app=web --prune-allowlist=tsmoby.dev/v1alpha1/Container -n %NS%',
        input: town.split('---\n')[0] ?? '',
        out: 'container.tsmoby.dev/one unchanged\ncontainer.tsmoby.dev/two pruned',
      },
    ],
  },
  {
    title: 'are listed with the words that they go by',
    needs: ['tsmoby'],
    steps: [
      {
        kubectl: 'api-resources --api-group=tsmoby.dev',
        out: [
          /^containers +ctr +tsmoby\.dev\/v1alpha1 +true +Container$/m,
          /^images +\S+ +tsmoby\.dev\/v1alpha1 +true +Image$/m,
          /^volumes +\S+ +tsmoby\.dev\/v1alpha1 +true +Volume$/m,
        ],
      },
      { kubectl: 'api-resources --categories=all -o name', out: /^containers\.tsmoby\.dev$/m },
    ],
  },
  {
    title: 'are refused with the field that is wrong',
    needs: ['tsmoby'],
    steps: [
      {
        kubectl: 'create -f -',
        input: 'apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: a}\nspec: {image: x, comand: [y]}\n',
        exit: 1,
        err: /strict decoding error: unknown field "spec\.comand"/,
      },
      {
        kubectl: 'create -f -',
        input: 'apiVersion: tsmoby.dev/v1alpha1\nkind: Container\nmetadata: {name: a}\nspec: {command: [go]}\n',
        exit: 1,
        err: /^The Container "a" is invalid: spec\.image: Required value: give image or imageFrom/,
      },
    ],
  },
];
