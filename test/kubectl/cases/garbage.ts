/** Owners and what they own: `kubectl delete --cascade`. */
import type { Case, Step } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';

const ownedBy = (name: string, kind: string, uid: string, more = ''): string =>
  `ownerReferences: [{apiVersion: v1, kind: ${kind}, name: ${name}, uid: ${uid}${more}}]`;

/** A ConfigMap owns a Secret, which owns a ConfigMap. */
const family = (more = ''): Step[] => [
  { kubectl: 'create cm grandparent', out: /created/ },
  { kubectl: 'get cm grandparent -o jsonpath={.metadata.uid}', save: 'grandparent' },
  {
    kubectl: 'create -f -',
    input: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: parent\n  ${ownedBy('grandparent', 'ConfigMap', '%grandparent%', more)}\n`,
    out: 'secret/parent created',
  },
  { kubectl: 'get secret parent -o jsonpath={.metadata.uid}', save: 'parent' },
  {
    kubectl: 'create -f -',
    input: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: child\n  ${ownedBy('parent', 'Secret', '%parent%', more)}\n`,
    out: 'configmap/child created',
  },
  // A garbage collector that has just seen them knows them all.
  { pauseMs: 1000 },
];
const gone = (what: string): Step => ({ kubectl: `get ${what} --ignore-not-found`, out: '', eventually: true });

export const garbageCases: readonly Case[] = [
  {
    title: 'what an owner owned goes after it, over kinds and levels',
    steps: [...family(), { kubectl: 'delete cm grandparent', out: /deleted/ }, gone('secret parent'), gone('cm child')],
  },
  {
    title: '--cascade=foreground deletes what blocks the owner first',
    steps: [
      ...family(', blockOwnerDeletion: true'),
      { kubectl: 'delete cm grandparent --cascade=foreground', out: /deleted/ },
      { kubectl: 'get cm grandparent', exit: 1 },
      { kubectl: 'get secret parent', exit: 1 },
      { kubectl: 'get cm child', exit: 1 },
    ],
  },
  {
    title: '--cascade=foreground waits for a dependent that is held',
    steps: [
      ...family(', blockOwnerDeletion: true'),
      {
        kubectl: `patch secret parent --type=merge -p '{"metadata":{"finalizers":["example.com/hold"]}}'`,
        out: /patched/,
      },
      { kubectl: 'delete cm grandparent --cascade=foreground --wait=false', out: /deleted/ },
      { kubectl: 'get secret parent -o jsonpath={.metadata.deletionTimestamp}', out: /Z$/, eventually: true },
      {
        kubectl: 'get cm grandparent -o json',
        json: { metadata: { finalizers: ['foregroundDeletion'], deletionTimestamp: /Z$/ } },
      },
      { kubectl: `patch secret parent --type=merge -p '{"metadata":{"finalizers":null}}'`, out: /patched/ },
      gone('cm grandparent'),
    ],
  },
  {
    title: '--cascade=orphan leaves what was owned, without the reference',
    steps: [
      ...family(),
      { kubectl: 'delete cm grandparent --cascade=orphan', out: /deleted/ },
      {
        kubectl: 'get secret parent -o json',
        json: { metadata: { name: 'parent', ownerReferences: ABSENT } },
        eventually: true,
      },
      { kubectl: 'get cm child -o name', out: 'configmap/child' },
    ],
  },
  {
    title: 'an object with two owners stays until both are gone',
    steps: [
      { kubectl: 'create cm one -o jsonpath={.metadata.uid}', save: 'one' },
      { kubectl: 'create cm two -o jsonpath={.metadata.uid}', save: 'two' },
      {
        kubectl: 'create -f -',
        input: `apiVersion: v1
kind: Secret
metadata:
  name: shared
  ownerReferences:
  - {apiVersion: v1, kind: ConfigMap, name: one, uid: "%one%"}
  - {apiVersion: v1, kind: ConfigMap, name: two, uid: "%two%"}
`,
        out: 'secret/shared created',
      },
      { pauseMs: 1000 },
      { kubectl: 'delete cm one', out: /deleted/ },
      { pauseMs: 2000 },
      { kubectl: 'get secret shared -o name', out: 'secret/shared' },
      { kubectl: 'delete cm two', out: /deleted/ },
      gone('secret shared'),
    ],
  },
  {
    title: 'an owner of that name with another uid counts as gone',
    steps: [
      { kubectl: 'create cm owner', out: /created/ },
      {
        kubectl: 'create -f -',
        input: `apiVersion: v1\nkind: Secret\nmetadata:\n  name: stray\n  ${ownedBy('owner', 'ConfigMap', '00000000-0000-4000-8000-000000000000')}\n`,
        out: 'secret/stray created',
      },
      gone('secret stray'),
      { kubectl: 'get cm owner -o name', out: 'configmap/owner' },
    ],
  },
  {
    title: 'two controllers are refused',
    steps: [
      {
        kubectl: 'create -f -',
        input: `apiVersion: v1
kind: Secret
metadata:
  name: a
  ownerReferences:
  - {apiVersion: v1, kind: ConfigMap, name: one, uid: u1, controller: true}
  - {apiVersion: v1, kind: ConfigMap, name: two, uid: u2, controller: true}
`,
        exit: 1,
        err: /metadata\.ownerReferences: Invalid value: .*[Oo]nly one reference can have Controller set to true/,
      },
    ],
  },
  {
    title: 'an owner reference without uid or name is refused',
    steps: [
      {
        kubectl: 'create -f -',
        input:
          'apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\n  ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: "", uid: ""}]\n',
        exit: 1,
        err: [
          /metadata\.ownerReferences(\[0\])?\.name: (Invalid value: "": must not be empty|Required value)/,
          /metadata\.ownerReferences(\[0\])?\.uid: (Invalid value: "": must not be empty|Required value)/,
        ],
      },
    ],
  },
];
