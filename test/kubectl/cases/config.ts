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
