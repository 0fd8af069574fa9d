/** Commands that are mostly the client's own work, and must find what they look for. */
import type { Case } from '../suite/case.ts';

const configMap = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {k: v}\n';

export const clientSideCases: readonly Case[] = [
  {
    title: 'completion asks for kinds, names and namespaces',
    given: configMap,
    steps: [
      { kubectl: 'completion bash', out: /complete -o default .*-F __start_kubectl kubectl/ },
      { kubectl: '__complete get configm', out: /^configmaps$/m, err: /ShellCompDirective/ },
      { kubectl: '__complete get cm set', out: /^settings$/m, err: /ShellCompDirective/ },
      { kubectl: '__complete get cm -n %NS%', out: /^%NS%$/m, err: /ShellCompDirective/ },
    ],
  },
  {
    title: 'kustomize prints what a kustomization makes',
    files: { 'a.yaml': configMap, 'kustomization.yaml': 'nameSuffix: -x\nresources: [a.yaml]\n' },
    steps: [
      { kubectl: 'kustomize .', out: 'apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  name: settings-x' },
    ],
  },
  {
    title: 'cluster-info dump begins with Nodes, which are not here, and does no harm',
    needs: ['tsmoby'],
    given: configMap,
    steps: [
      { kubectl: 'cluster-info dump', exit: 1, err: /the server could not find the requested resource/ },
      { kubectl: 'get --raw /livez', out: 'ok' },
      { kubectl: 'get cm settings -o name', out: 'configmap/settings' },
    ],
  },
  {
    title: 'top says that there are no metrics',
    steps: [{ kubectl: 'top pod', exit: 1, err: /Metrics API not available/ }],
  },
  {
    title: 'options and help need no server',
    steps: [
      { kubectl: 'options --server=https://127.0.0.1:1', out: /--kubeconfig=/ },
      { kubectl: 'apply --help --server=https://127.0.0.1:1', out: /--server-side/ },
      { kubectl: 'version --client --server=https://127.0.0.1:1', out: /^Client Version: v1\./ },
    ],
  },
  {
    title: 'a server that is not there is told of',
    steps: [
      {
        kubectl: 'get cm --server=https://127.0.0.1:1',
        exit: 1,
        err: /The connection to the server 127\.0\.0\.1:1 was refused/,
      },
    ],
  },
];
