/** `kubectl config` and `kubectl proxy`: what works on the client, with our kubeconfig. */
import type { Case } from '../suite/case.ts';

export const configCases: readonly Case[] = [
  {
    title: 'config view and current-context read the kubeconfig',
    steps: [
      { kubectl: 'config current-context', out: /\S/ },
      { kubectl: 'config view --minify -o jsonpath={.contexts[0].context.namespace}', out: '%NS%' },
      { kubectl: 'config view', out: /kind: Config/, lacks: /-----BEGIN|LS0tLS1CRUdJTi/ },
      { kubectl: 'config get-contexts --no-headers', out: /^\*/ },
    ],
  },
  {
    title: 'config set-context changes the namespace',
    steps: [
      { kubectl: 'config set-context --current --namespace=%NS%-nope', out: /modified/ },
      { kubectl: 'get secret', out: '', err: 'No resources found in %NS%-nope namespace.' },
      { kubectl: 'config set-context other --namespace=%NS%', out: 'Context "other" created.' },
      { kubectl: 'config delete-context other', out: /deleted context other/ },
    ],
  },
  {
    title: 'contexts, clusters and users are added, chosen, renamed and taken away',
    steps: [
      { kubectl: 'config set-cluster elsewhere --server=https://127.0.0.1:1', out: 'Cluster "elsewhere" set.' },
      { kubectl: 'config get-clusters', out: /^elsewhere$/m },
      { kubectl: 'config set-credentials guest --token=nonsense', out: 'User "guest" set.' },
      { kubectl: 'config get-users', out: /^guest$/m },
      { kubectl: 'config set-context far --cluster=elsewhere --user=guest', out: 'Context "far" created.' },
      { kubectl: 'config rename-context far away', out: 'Context "far" renamed to "away".' },
      { kubectl: 'config current-context', save: 'home' },
      { kubectl: 'config use-context away', out: 'Switched to context "away".' },
      { kubectl: 'get cm', exit: 1, err: /127\.0\.0\.1:1 was refused/ },
      { kubectl: 'get cm --context=%home%', err: /^$|No resources found/ },
      { kubectl: 'config use-context %home%', out: /^Switched to context/ },
      { kubectl: 'config unset users.guest', out: 'Property "users.guest" unset.' },
      { kubectl: 'config delete-user guest', exit: 1, err: /cannot delete user guest, not in/ },
      { kubectl: 'config delete-cluster elsewhere', out: /deleted cluster elsewhere/ },
      { kubectl: 'config view --raw --flatten --minify', out: /certificate-authority-data: LS0tLS1CRUdJTi/ },
    ],
  },
  {
    title: 'proxy serves nothing that it is told to refuse',
    steps: [
      {
        kubectl: 'proxy --port=0 --reject-paths=^/api/v1/namespaces/.*/secrets',
        ready: /Starting to serve on (\S+)/,
        meanwhile: [
          { fetch: 'http://%READY%/api/v1/namespaces/%NS%/secrets', out: /Forbidden/ },
          { fetch: 'http://%READY%/readyz', out: 'ok' },
        ],
        until: /Starting/,
      },
    ],
  },
  {
    title: 'proxy serves the API on plain http',
    given: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}\n',
    steps: [
      {
        kubectl: 'proxy --port=0',
        ready: /Starting to serve on (\S+)/,
        meanwhile: [
          {
            fetch: 'http://%READY%/api/v1/namespaces/%NS%/configmaps/a',
            json: { kind: 'ConfigMap', data: { k: 'v' } },
          },
          { fetch: 'http://%READY%/version', json: { major: '1' } },
        ],
        until: /Starting/,
      },
    ],
  },
];
