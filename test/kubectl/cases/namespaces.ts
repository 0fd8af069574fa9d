/** The life of a namespace. */
import type { Case } from '../suite/case.ts';

export const namespaceCases: readonly Case[] = [
  {
    title: 'delete takes all that is in it',
    given:
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: "%NS%x"}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: "%NS%x"}\n',
    steps: [
      { kubectl: 'delete ns %NS%x', out: 'namespace "%NS%x" deleted' },
      { kubectl: 'get ns %NS%x', exit: 1, err: /NotFound/ },
      { kubectl: 'get secret -n %NS%x -o name', out: '' },
    ],
  },
  {
    title: 'one that is being deleted is Terminating, takes nothing new, and says what holds it',
    given: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: held, finalizers: [example.com/hold]}\n',
    steps: [
      { kubectl: 'delete ns %NS% --wait=false', out: 'namespace "%NS%" deleted' },
      { kubectl: 'get ns %NS% -o jsonpath={.status.phase}', out: 'Terminating' },
      {
        kubectl: 'create cm late',
        exit: 1,
        err: /configmaps "late" is forbidden: unable to create new content in namespace %NS% because it is being terminated/,
      },
      {
        kubectl: `get ns %NS% -o jsonpath='{.status.conditions[?(@.type=="NamespaceFinalizersRemaining")].message}'`,
        eventually: true,
        out: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
      },
      {
        kubectl: `get ns %NS% -o jsonpath='{.status.conditions[?(@.type=="NamespaceContentRemaining")].message}'`,
        out: 'Some resources are remaining: configmaps. has 1 resource instances',
      },
      { kubectl: `patch cm held --type=merge -p '{"metadata":{"finalizers":null}}'`, out: /patched/ },
      { kubectl: 'wait ns/%NS% --for=delete --timeout=30s', out: /^$|condition met/ },
    ],
  },
  {
    title: 'default and kube-system cannot be deleted',
    steps: [
      {
        kubectl: 'delete ns default',
        exit: 1,
        err: 'Error from server (Forbidden): namespaces "default" is forbidden: this namespace may not be deleted',
      },
      {
        kubectl: 'delete ns kube-system',
        exit: 1,
        err: 'Error from server (Forbidden): namespaces "kube-system" is forbidden: this namespace may not be deleted',
      },
    ],
  },
  {
    title: 'a name that is no DNS label is refused',
    steps: [
      {
        kubectl: 'create ns Not.A.Label',
        exit: 1,
        err: /The Namespace "Not\.A\.Label" is invalid:[^]*metadata\.name: Invalid value: "Not\.A\.Label"/,
      },
      { kubectl: `create ns ${'n'.repeat(64)}`, exit: 1, err: /must be no more than 63 (characters|bytes)/ },
    ],
  },
  {
    title: 'describe shows labels and status',
    steps: [
      {
        kubectl: 'describe ns %NS%',
        out: [/^Name: +%NS%$/m, /^Labels: +kubernetes\.io\/metadata\.name=%NS%$/m, /^Status: +Active$/m],
      },
    ],
  },
];
