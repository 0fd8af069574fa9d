/** `kubectl create`. */
import type { Case } from '../suite/case.ts';
import { ABSENT } from '../suite/case.ts';
import { keyPair } from './key-pair.ts';

const pair = `
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {k: v}
---
apiVersion: v1
kind: Secret
metadata: {name: b}
stringData: {k: v}
`;

export const createCases: readonly Case[] = [
  {
    title: 'configmap from literals, files and directories',
    files: { 'one.txt': 'first\n', 'two.txt': 'second' },
    steps: [
      { kubectl: 'create configmap lit --from-literal=a=1 --from-literal=b=x=y', out: 'configmap/lit created' },
      { kubectl: 'get cm lit -o json', json: { data: { a: '1', b: 'x=y' } } },
      { kubectl: 'create cm fil --from-file=one.txt --from-file=other=two.txt', out: 'configmap/fil created' },
      { kubectl: 'get cm fil -o json', json: { data: { 'one.txt': 'first\n', other: 'second' } } },
    ],
  },
  {
    title: 'configmap from an env file',
    files: { env: '# a comment\nA=1\nB=two words\n' },
    steps: [
      { kubectl: 'create cm env --from-env-file=env', out: 'configmap/env created' },
      { kubectl: 'get cm env -o json', json: { data: { A: '1', B: 'two words' } } },
    ],
  },
  {
    title: 'an empty configmap has no data',
    steps: [
      { kubectl: 'create cm empty', out: 'configmap/empty created' },
      { kubectl: 'get cm empty -o json', json: { data: ABSENT, binaryData: ABSENT, metadata: { labels: ABSENT } } },
    ],
  },
  {
    title: 'secret generic holds bytes',
    files: { bytes: 'plain' },
    steps: [
      { kubectl: 'create secret generic s --from-literal=user=me --from-file=bytes', out: 'secret/s created' },
      { kubectl: 'get secret s -o json', json: { type: 'Opaque', data: { user: 'bWU=', bytes: 'cGxhaW4=' } } },
      { kubectl: 'create secret generic t --type=example.com/x --from-literal=a=b', out: 'secret/t created' },
      { kubectl: 'get secret t -o jsonpath={.type}', out: 'example.com/x' },
    ],
  },
  {
    title: 'secret docker-registry holds a docker config',
    steps: [
      {
        kubectl:
          'create secret docker-registry r --docker-server=reg.example.com --docker-username=u --docker-password=p --docker-email=e@example.com',
        out: 'secret/r created',
      },
      {
        kubectl: 'get secret r -o json',
        json: { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': /^ey/ } },
      },
      {
        kubectl: `get secret r -o go-template='{{index .data ".dockerconfigjson" | base64decode}}'`,
        json: { auths: { 'reg.example.com': { username: 'u', password: 'p', email: 'e@example.com', auth: 'dTpw' } } },
      },
    ],
  },
  {
    title: 'secret tls holds a key pair',
    files: {
      'no.crt': 'no certificate',
      'no.key': 'no key',
      'tls.crt': keyPair.certificate,
      'tls.key': keyPair.key,
    },
    steps: [
      { kubectl: 'create secret tls t --cert=no.crt --key=no.key', exit: 1, out: '', err: /error: (tls|failed)/ },
      { kubectl: 'create secret tls t --cert=tls.crt --key=tls.key', out: 'secret/t created' },
      {
        kubectl: 'get secret t -o json',
        json: { type: 'kubernetes.io/tls', data: { 'tls.crt': /^LS0tLS1CRUdJTi/, 'tls.key': /^LS0tLS1CRUdJTi/ } },
      },
    ],
  },
  {
    title: 'namespace is Active at once and labelled with its name',
    steps: [
      { kubectl: 'create ns %NS%-x', out: 'namespace/%NS%-x created' },
      {
        kubectl: 'get ns %NS%-x -o json',
        json: {
          metadata: { labels: { 'kubernetes.io/metadata.name': '%NS%-x' } },
          spec: { finalizers: ['kubernetes'] },
          status: { phase: 'Active' },
        },
      },
      { kubectl: 'delete ns %NS%-x --wait=false', out: /deleted/ },
    ],
  },
  {
    title: 'namespace as the server would make it, in YAML',
    steps: [
      {
        kubectl: 'create namespace %NS%-y -o yaml --dry-run=server',
        out: [
          /^apiVersion: v1\nkind: Namespace\nmetadata:\n/,
          /^ {4}kubernetes\.io\/metadata\.name: %NS%-y$/m,
          /^ {2}uid: [0-9a-f-]{36}$/m,
          /^spec:\n {2}finalizers:\n {2}- kubernetes\nstatus:\n {2}phase: Active\n/m,
        ],
        lacks: /resourceVersion/,
      },
      { kubectl: 'get ns %NS%-y', exit: 1, err: /NotFound/ },
    ],
  },
  {
    title: '--append-hash names a configmap and a secret by what is in it',
    steps: [
      { kubectl: 'create cm a --from-literal=k=v --append-hash', out: /^configmap\/a-[a-z0-9]{10} created\n$/ },
      { kubectl: 'create cm a --from-literal=k=v --append-hash', exit: 1, err: /already exists/ },
      {
        kubectl: 'create secret generic a --from-literal=k=v --append-hash',
        out: /^secret\/a-[a-z0-9]{10} created\n$/,
      },
    ],
  },
  {
    title: 'of a kind that is not here says that the server does not find it',
    needs: ['tsmoby'],
    steps: [
      { kubectl: 'create deployment a --image=b', exit: 1, err: /could not find the requested resource/ },
      { kubectl: 'create token default', exit: 1, err: /could not find the requested resource|NotFound/ },
      {
        kubectl: 'create -f -',
        input: 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n',
        exit: 1,
        err: /no matches for kind "Deployment" in version "apps\/v1"/,
      },
    ],
  },
  {
    title: '-f makes every document, in order',
    files: { 'a.yaml': pair },
    steps: [{ kubectl: 'create -f a.yaml', out: 'configmap/a created\nsecret/b created' }],
  },
  {
    title: '-f reads JSON, a List, and stdin',
    steps: [
      {
        kubectl: 'create -f -',
        input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"j"}}',
        out: 'configmap/j created',
      },
      {
        kubectl: 'create -f -',
        input:
          'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: x}}\n- {apiVersion: v1, kind: Secret, metadata: {name: z}}\n',
        out: 'configmap/x created\nsecret/z created',
      },
    ],
  },
  {
    title: '-f with a directory reads its files, with -R those below too',
    files: {
      'all/a.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n',
      'all/b.json': '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b"}}',
      'all/c.txt': 'this is not read',
      'all/below/d.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: d}\n',
    },
    steps: [
      { kubectl: 'create -f all', out: 'secret/a created\nsecret/b created' },
      { kubectl: 'create -f all/below', out: 'secret/d created' },
      { kubectl: 'delete -R -f all', out: /a" deleted.*\n.*b" deleted.*\n.*d" deleted/ },
      { kubectl: 'create -R -f all', out: 'secret/a created\nsecret/b created\nsecret/d created' },
    ],
  },
  {
    title: 'what is there already is refused, and the rest is made',
    given: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
    files: { 'a.yaml': pair },
    steps: [
      {
        kubectl: 'create -f a.yaml',
        exit: 1,
        out: 'secret/b created',
        err: 'Error from server (AlreadyExists): error when creating "a.yaml": configmaps "a" already exists',
      },
    ],
  },
  {
    title: '--dry-run=client makes nothing and prints the object',
    steps: [
      { kubectl: 'create cm a --from-literal=k=v --dry-run=client', out: 'configmap/a created (dry run)' },
      { kubectl: 'create cm a --from-literal=k=v --dry-run=client -o jsonpath={.data.k}', out: 'v' },
      { kubectl: 'get cm a', exit: 1 },
    ],
  },
  {
    title: '--dry-run=server answers with a uid and makes nothing',
    steps: [
      { kubectl: 'create cm a --from-literal=k=v --dry-run=server', out: 'configmap/a created (server dry run)' },
      {
        kubectl: 'create cm a --from-literal=k=v --dry-run=server -o json',
        json: { data: { k: 'v' }, metadata: { uid: /-/, resourceVersion: ABSENT } },
      },
      { kubectl: 'get cm a', exit: 1 },
    ],
  },
  {
    title: 'generateName gets five characters',
    steps: [
      {
        kubectl: 'create -f -',
        input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: job-}\n',
        out: /^configmap\/job-[a-z0-9]{5} created\n$/,
      },
      {
        kubectl: 'apply -f -',
        input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: job-}\n',
        exit: 1,
        err: /cannot use generate name with apply/,
      },
    ],
  },
  {
    title: '--save-config keeps the configuration for apply',
    files: { 'a.yaml': pair },
    steps: [
      { kubectl: 'create -f a.yaml --save-config', out: /created/ },
      {
        kubectl: `get cm a -o go-template='{{index .metadata.annotations "kubectl.kubernetes.io/last-applied-configuration"}}'`,
        json: { apiVersion: 'v1', kind: 'ConfigMap', data: { k: 'v' } },
      },
      { kubectl: 'apply -f a.yaml', out: /configmap\/a unchanged/ },
    ],
  },
  {
    title: '--edit opens what is to be made',
    files: { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: before}\n' },
    steps: [
      {
        kubectl: 'create -f a.yaml --edit',
        env: { KUBE_EDITOR: 'sed -i s/before/after/' },
        out: 'configmap/a created',
      },
      { kubectl: 'get cm a -o jsonpath={.data.k}', out: 'after' },
    ],
  },
  {
    title: '--field-manager names the owner',
    steps: [
      { kubectl: 'create cm a --from-literal=k=v --field-manager=me', out: 'configmap/a created' },
      { kubectl: 'get cm a --show-managed-fields -o jsonpath={.metadata.managedFields[0].manager}', out: 'me' },
    ],
  },
  {
    title: 'in a namespace that is not there is NotFound',
    steps: [
      {
        kubectl: 'create cm a -n %NS%-nope',
        exit: 1,
        err: /^error: failed to create configmap: namespaces "%NS%-nope" not found\n$/,
      },
    ],
  },
  {
    title: 'in another namespace than the object says is refused',
    files: { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: elsewhere}\n' },
    steps: [
      {
        kubectl: 'create -f a.yaml -n %NS%',
        exit: 1,
        err: /the namespace from the provided object "elsewhere" does not match the namespace "%NS%"/,
      },
    ],
  },
  {
    title: '-k makes what a kustomization generates',
    files: {
      'kustomization.yaml':
        'configMapGenerator:\n- {name: gen, literals: [a=1]}\ngeneratorOptions: {disableNameSuffixHash: true}\n',
    },
    steps: [
      { kubectl: 'create -k .', out: 'configmap/gen created' },
      { kubectl: 'get cm gen -o jsonpath={.data.a}', out: '1' },
    ],
  },
  {
    title: '-o prints what was made',
    steps: [
      { kubectl: 'create cm a -o name', out: 'configmap/a' },
      {
        kubectl: 'create cm b --from-literal=k=v -o json',
        json: { kind: 'ConfigMap', data: { k: 'v' }, metadata: { resourceVersion: /\d/ } },
      },
      {
        kubectl: 'create secret generic c --from-literal=k=v -o yaml',
        out: [/^apiVersion: v1\ndata:\n {2}k: dg==\nkind: Secret\n/, /uid: /],
      },
    ],
  },
  {
    title: '--raw posts a body as it is',
    files: { 'a.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"},"data":{"a":"b"}}' },
    steps: [
      {
        kubectl: 'create --raw /api/v1/namespaces/%NS%/configmaps -f a.json',
        json: { kind: 'ConfigMap', metadata: { name: 'raw', namespace: '%NS%' } },
      },
      { kubectl: 'get cm raw -o jsonpath={.data.a}', out: 'b' },
    ],
  },
  {
    title: 'keeps keys that JavaScript has an opinion about',
    steps: [
      {
        kubectl: 'create cm odd --from-literal=__proto__=a --from-literal=constructor=b --from-literal=toString=c',
        out: 'configmap/odd created',
      },
      {
        kubectl: `get cm odd -o go-template='{{range $k, $v := .data}}{{$k}}={{$v}} {{end}}'`,
        out: '__proto__=a constructor=b toString=c ',
      },
    ],
  },
  {
    title: 'keeps binary data as it is',
    steps: [
      {
        kubectl: 'create -f -',
        input: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\nbinaryData: {x: gIGC/w==}\n',
        out: 'configmap/b created',
      },
      { kubectl: 'get cm b -o jsonpath={.binaryData.x}', out: 'gIGC/w==' },
    ],
  },
];
