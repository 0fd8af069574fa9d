/** Bad input: what is refused, and in which words. */
import type { Case } from '../suite/case.ts';

const refuses = (title: string, input: string, err: RegExp | readonly RegExp[], out = ''): Case => ({
  title,
  steps: [{ kubectl: 'create -f -', input, exit: 1, out, err }],
});

const configMap = (metadata: string, rest = ''): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {${metadata}}\n${rest}`;

export const invalidCases: readonly Case[] = [
  refuses(
    'text that is no YAML',
    'apiVersion: v1\n  kind: [',
    /^error: error parsing STDIN: error converting YAML to JSON: yaml: /,
  ),
  refuses(
    'a document without a kind',
    'apiVersion: v1\nmetadata: {name: a}\n',
    /kind not set|Object 'Kind' is missing/,
  ),
  refuses('a document without apiVersion', 'kind: ConfigMap\nmetadata: {name: a}\n', /apiVersion not set/),
  refuses(
    'a kind that nobody serves',
    'apiVersion: nobody.example.com/v1\nkind: Gizmo\nmetadata: {name: a}\n',
    /no matches for kind "Gizmo" in version "nobody\.example\.com\/v1"\nensure CRDs are installed first/,
  ),
  refuses(
    'unknown fields, all of them named',
    configMap('name: a, lbels: {}', 'dta: {}\n'),
    /^Error from server \(BadRequest\): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta", unknown field "metadata\.lbels"\n$/,
  ),
  refuses(
    'a number where a string is wanted',
    configMap('name: a', 'data: {k: 5}\n'),
    /ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap\.data of type string/,
  ),
  refuses(
    'a list where a map is wanted',
    configMap('name: a', 'data: [k]\n'),
    /json: cannot unmarshal array into Go struct field ConfigMap\.data of type map\[string\]string/,
  ),
  refuses(
    'a label that is no string',
    configMap('name: a, labels: {x: true}'),
    /json: cannot unmarshal bool into Go struct field ObjectMeta\.metadata\.labels of type string/,
  ),
  refuses(
    'data of a Secret that is not base64',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {k: "***"}\n',
    /Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0/,
  ),
  refuses(
    'a name with capitals',
    configMap('name: Upper'),
    /^The ConfigMap "Upper" is invalid: metadata\.name: Invalid value: "Upper": a lowercase RFC 1123 subdomain must consist of/,
  ),
  refuses(
    'a name that is too long',
    configMap(`name: ${'n'.repeat(254)}`),
    /metadata\.name: Invalid value: ".*": must be no more than 253 (characters|bytes)/,
  ),
  refuses('no name at all', configMap('labels: {}'), /resource name may not be empty|name or generateName is required/),
  refuses(
    'a label key that is none',
    configMap('name: a, labels: {"not a key": v}'),
    /metadata\.labels: Invalid value: "not a key": name part must consist of alphanumeric characters/,
  ),
  refuses(
    'a label value that is none',
    configMap('name: a, labels: {k: "not a value"}'),
    /metadata\.labels: Invalid value: "not a value": a valid label must be an empty string or consist of/,
  ),
  refuses(
    'an annotation key that is none',
    configMap('name: a, annotations: {"not a key": v}'),
    /metadata\.annotations: Invalid value: "not a key": name part must consist of/,
  ),
  refuses(
    'annotations that are too large',
    configMap(`name: a, annotations: {k: "${'x'.repeat(262_200)}"}`),
    /metadata\.annotations: Too long: may not be more than 262144 bytes/,
  ),
  refuses(
    'a finalizer without a slash',
    configMap('name: a, finalizers: [hold]'),
    /metadata\.finalizers(\[0\])?: Invalid value: "hold": name is neither a standard finalizer name nor is it fully qualified/,
  ),
  refuses(
    'a data key that is none',
    configMap('name: a', 'data: {"a b": v}\n'),
    /data\[a b\]: Invalid value: "a b": a valid config key must consist of alphanumeric characters/,
  ),
  refuses(
    'a key in both data and binaryData',
    configMap('name: a', 'data: {k: v}\nbinaryData: {k: gA==}\n'),
    /data\[k\]: Invalid value: "k": duplicate of key present in binaryData/,
  ),
  refuses(
    'data that is too large',
    configMap('name: a', `data: {k: "${'x'.repeat(1_048_600)}"}\n`),
    /\[\]: Too long: may not be more than 1048576 bytes|Too long: may not be more than 1048576/,
  ),
  {
    title: 'a resourceVersion on creation',
    files: { 'a.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","resourceVersion":"5"}}' },
    steps: [
      {
        kubectl: 'create --raw /api/v1/namespaces/%NS%/configmaps -f a.json',
        exit: 1,
        err: /resourceVersion should not be set on objects to be created/,
      },
    ],
  },
  refuses(
    'a Lease without a positive duration',
    'apiVersion: coordination.k8s.io/v1\nkind: Lease\nmetadata: {name: a}\nspec: {leaseDurationSeconds: 0}\n',
    /spec\.leaseDurationSeconds: Invalid value: 0: must be greater than 0/,
  ),
  {
    title: 'a key that stands twice',
    files: {
      'a.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"1"},"data":{"k":"2"}}',
    },
    steps: [
      {
        kubectl: 'create --raw "/api/v1/namespaces/%NS%/configmaps?fieldValidation=Strict" -f a.json',
        exit: 1,
        err: /strict decoding error: duplicate field "data"/,
      },
    ],
  },
  {
    title: '--validate=warn warns of unknown fields, --validate=false says nothing',
    steps: [
      {
        kubectl: 'create --validate=warn -f -',
        input: configMap('name: a', 'dta: {}\n'),
        out: 'configmap/a created',
        err: 'Warning: unknown field "dta"',
      },
      { kubectl: 'create --validate=false -f -', input: configMap('name: b', 'dta: {}\n'), out: 'configmap/b created' },
    ],
  },
  {
    title: 'what is fixed for ever: immutable data, and the type of a Secret',
    given: `${configMap('name: a', 'immutable: true\ndata: {k: v}\n')}---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n`,
    steps: [
      {
        kubectl: `patch cm a -p '{"data":{"k":"w"}}'`,
        exit: 1,
        err: /^The ConfigMap "a" is invalid: data: Forbidden: field is immutable when `immutable` is set\n$/,
      },
      {
        kubectl: `patch cm a -p '{"immutable":false}'`,
        exit: 1,
        err: /immutable: Forbidden: field is immutable when `immutable` is set/,
      },
      {
        kubectl: `patch secret s -p '{"type":"other"}'`,
        exit: 1,
        err: /^The Secret "s" is invalid: type: Invalid value: "other": field is immutable\n$/,
      },
      { kubectl: 'label cm a x=y', out: 'configmap/a labeled' },
    ],
  },
  {
    title: 'a Secret of a known type lacks what it must have',
    steps: [
      {
        kubectl: 'create secret generic a --type=kubernetes.io/tls',
        exit: 1,
        err: [/data\[tls\.crt\]: Required value/, /data\[tls\.key\]: Required value/],
      },
      {
        kubectl: 'create secret generic b --type=kubernetes.io/basic-auth',
        exit: 1,
        err: /data\[(username|password)\]: Required value|data\[%s\]\[username\]: Required value/,
      },
      {
        kubectl:
          'create secret generic c --type=kubernetes.io/dockerconfigjson --from-literal=.dockerconfigjson=nonsense',
        exit: 1,
        err: /data\[\.dockerconfigjson\]: Invalid value: "<secret contents redacted>"/,
      },
    ],
  },
  {
    title: 'a body that is too large',
    steps: [
      {
        kubectl: 'create --validate=false -f -',
        input: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: "${'x'.repeat(3_200_000)}"}\n`,
        exit: 1,
        err: /Request entity too large: limit is 3145728|etcdserver: request is too large|RequestEntityTooLarge/,
      },
    ],
  },
  {
    title: 'a verb that a resource has not',
    files: { empty: '{"kind":"Status","apiVersion":"v1"}' },
    steps: [
      { kubectl: 'delete --raw /api/v1/namespaces', exit: 1, err: /MethodNotAllowed/ },
      { kubectl: 'create --raw /api/v1/namespaces/%NS% -f empty', exit: 1, err: /MethodNotAllowed/ },
    ],
  },
  {
    title: 'query parameters with values that are none',
    steps: [
      { kubectl: 'get --raw "/api/v1/secrets?limit=x"', exit: 1, err: /./ },
      {
        kubectl: 'get --raw "/api/v1/secrets?resourceVersionMatch=Exact"',
        exit: 1,
        err: /resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided/,
      },
      { kubectl: 'get --raw "/api/v1/secrets?continue=nonsense"', exit: 1, err: /continue key is not valid/ },
      { kubectl: 'get --raw "/api/v1/secrets?resourceVersion=abc"', exit: 1, err: /resourceVersion/ },
    ],
  },
  {
    title: 'a command that is none',
    steps: [
      { kubectl: 'frobnicate', exit: 1, err: /unknown command "frobnicate"/ },
      { kubectl: 'get secret --nope', exit: 1, err: /unknown flag: --nope/ },
    ],
  },
];
