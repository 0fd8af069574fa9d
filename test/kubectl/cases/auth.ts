/** `kubectl auth`, with the rights of an administrator. */
import type { Case } from '../suite/case.ts';

export const authCases: readonly Case[] = [
  {
    title: 'can-i says yes to an administrator',
    steps: [
      { kubectl: 'auth can-i create configmaps', out: 'yes' },
      { kubectl: 'auth can-i get secrets/a', out: 'yes' },
      { kubectl: 'auth can-i list namespaces', out: 'yes', err: /^$|resource 'namespaces' is not namespace scoped/ },
      { kubectl: `auth can-i '*' '*' -A`, out: 'yes' },
    ],
  },
  {
    title: 'can-i with a subresource',
    steps: [
      {
        kubectl: 'auth can-i update customresourcedefinitions.apiextensions.k8s.io --subresource=status',
        out: 'yes',
        err: /^$|is not namespace scoped/,
      },
    ],
  },
  {
    title: 'can-i of a path',
    steps: [{ kubectl: 'auth can-i get /healthz', out: 'yes' }],
  },
  {
    title: 'can-i -q says it by exit code alone',
    steps: [{ kubectl: 'auth can-i create configmaps -q', out: '' }],
  },
  {
    title: 'can-i of a kind that nobody serves warns',
    steps: [{ kubectl: 'auth can-i get gizmos', out: 'yes', err: /the server doesn't have a resource type 'gizmos'/ }],
  },
  {
    title: 'can-i --list lists the rules',
    steps: [
      {
        kubectl: 'auth can-i --list',
        out: [/^Resources +Non-Resource URLs +Resource Names +Verbs$/m, /^\*\.\* +\[\] +\[\] +\[\*\]$/m],
      },
    ],
  },
  {
    title: 'whoami names user and groups',
    steps: [
      {
        kubectl: 'auth whoami',
        out: [/^ATTRIBUTE +VALUE$/m, /^Username +\S+$/m, /^Groups +\[.*system:authenticated.*\]$/m],
      },
      {
        kubectl: 'auth whoami -o json',
        json: {
          kind: 'SelfSubjectReview',
          apiVersion: 'authentication.k8s.io/v1',
          status: { userInfo: { username: /./ } },
        },
      },
    ],
  },
  {
    title: '--as asks and acts as somebody else',
    steps: [
      { kubectl: 'auth whoami --as=jane --as-group=devs -o jsonpath={.status.userInfo.username}', out: 'jane' },
      { kubectl: 'auth can-i create configmaps --as=jane', exit: 1, out: 'no' },
      {
        kubectl: 'get cm --as=jane',
        exit: 1,
        err: 'Error from server (Forbidden): configmaps is forbidden: User "jane" cannot list resource "configmaps" in API group "" in the namespace "%NS%"',
      },
      { kubectl: 'auth can-i create configmaps --as=jane --as-group=system:masters', out: 'yes' },
    ],
  },
  {
    title: 'a wrong token is Unauthorized',
    steps: [
      { kubectl: 'config set-credentials stranger --token=nonsense', out: /User "stranger" set/ },
      { kubectl: 'config set-context --current --user=stranger', out: /modified/ },
      { kubectl: 'get cm', exit: 1, err: /must be logged in|Unauthorized/ },
      { kubectl: 'get --raw /api/v1/namespaces', exit: 1, err: /must be logged in|Unauthorized/ },
    ],
  },
];
