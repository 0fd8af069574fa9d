/** `kubectl delete`. */
import type { Case } from '../suite/case.ts';

const secret = (name: string, more = ''): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}${more}}\n`;
const three = [secret('a', ', labels: {app: web}'), secret('b', ', labels: {app: web}'), secret('c')].join('---\n');
const held = secret('a', ', finalizers: [example.com/hold]');
const letGo = { kubectl: `patch secret a --type=merge -p '{"metadata":{"finalizers":null}}'`, out: 'secret/a patched' };

export const deleteCases: readonly Case[] = [
  {
    title: 'says so, and the object is gone',
    given: secret('a'),
    steps: [
      { kubectl: 'delete secret a', out: /^secret "a" deleted/ },
      { kubectl: 'get secret a', exit: 1, err: 'Error from server (NotFound): secrets "a" not found' },
    ],
  },
  {
    title: 'of several names, kinds and TYPE/NAME arguments',
    given: `${three}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: d}\n`,
    steps: [
      { kubectl: 'delete secret a b', out: /^secret "a" deleted.*\nsecret "b" deleted.*\n$/ },
      { kubectl: 'delete secret/c cm/d', out: /^secret "c" deleted.*\nconfigmap "d" deleted.*\n$/ },
    ],
  },
  {
    title: 'of an object that is not there is NotFound, unless told to ignore that',
    given: secret('a'),
    steps: [
      { kubectl: 'delete secret nope', exit: 1, err: 'Error from server (NotFound): secrets "nope" not found' },
      { kubectl: 'delete secret nope --ignore-not-found', out: '' },
      { kubectl: 'delete secret nope a --ignore-not-found', out: /^secret "a" deleted/ },
    ],
  },
  {
    title: '-l deletes what has the label',
    given: three,
    steps: [
      { kubectl: 'delete secret -l app=web', out: /^secret "a" deleted.*\nsecret "b" deleted.*\n$/ },
      { kubectl: 'get secret -o name', out: 'secret/c' },
    ],
  },
  {
    title: '--all deletes all, and says when there was nothing',
    given: three,
    steps: [
      { kubectl: 'delete secret --all', out: /^(secret "[abc]" deleted.*\n){3}$/ },
      { kubectl: 'delete secret --all', out: 'No resources found' },
    ],
  },
  {
    title: '--field-selector chooses objects',
    given: three,
    steps: [
      { kubectl: 'delete secret --field-selector metadata.name=b', out: /^secret "b" deleted/ },
      { kubectl: 'get secret -o name', out: 'secret/a\nsecret/c' },
    ],
  },
  {
    title: '-f deletes what a file names',
    given: three,
    files: { 'a.yaml': `${secret('a')}---\n${secret('nope')}` },
    steps: [
      {
        kubectl: 'delete -f a.yaml',
        exit: 1,
        out: /^secret "a" deleted/,
        err: 'Error from server (NotFound): error when deleting "a.yaml": secrets "nope" not found',
      },
      {
        kubectl: 'delete -f - --ignore-not-found',
        input: `${secret('b')}---\n${secret('nope')}`,
        out: /^secret "b" deleted/,
      },
    ],
  },
  {
    title: '-k deletes what a kustomization makes',
    given: secret('my-a'),
    files: { 'a.yaml': secret('a'), 'kustomization.yaml': 'namePrefix: my-\nresources: [a.yaml]\n' },
    steps: [{ kubectl: 'delete -k .', out: /^secret "my-a" deleted/ }],
  },
  {
    title: '--dry-run=server checks and deletes nothing',
    given: secret('a'),
    steps: [
      { kubectl: 'delete secret a --dry-run=server', out: /^secret "a" deleted.*\(server dry run\)/ },
      { kubectl: 'delete secret nope --dry-run=server', exit: 1, err: /NotFound/ },
      { kubectl: 'delete secret a --dry-run=client', out: /^secret "a" deleted.*\(dry run\)/ },
      { kubectl: 'get secret a -o name', out: 'secret/a' },
    ],
  },
  {
    title: '-o name prints names',
    given: secret('a'),
    steps: [{ kubectl: 'delete secret a -o name', out: 'secret/a' }],
  },
  {
    title: 'of an object with a finalizer marks it, and it stays until the finalizer goes',
    given: held,
    steps: [
      { kubectl: 'delete secret a --wait=false', out: /^secret "a" deleted/ },
      {
        kubectl: 'get secret a -o json',
        json: {
          metadata: { deletionTimestamp: /Z$/, deletionGracePeriodSeconds: 0, finalizers: ['example.com/hold'] },
        },
      },
      letGo,
      { kubectl: 'get secret a', exit: 1 },
    ],
  },
  {
    title: 'waits until the object is gone',
    given: held,
    steps: [
      {
        kubectl: 'delete secret a --timeout=30s',
        ready: /deleted/,
        meanwhile: [{ pauseMs: 500 }, { kubectl: 'get secret a -o name', out: 'secret/a' }, letGo],
        out: /^secret "a" deleted/,
      },
      { kubectl: 'get secret a', exit: 1 },
    ],
  },
  {
    title: 'gives up after --timeout',
    given: held,
    steps: [
      {
        kubectl: 'delete secret a --timeout=1s',
        exit: 1,
        out: /^secret "a" deleted/,
        err: /timed out waiting for the condition on secrets\/a/,
      },
      letGo,
    ],
  },
  {
    title: 'of an object that is being deleted keeps its time of deletion',
    given: held,
    steps: [
      { kubectl: 'delete secret a --wait=false', out: /deleted/ },
      { kubectl: 'get secret a -o jsonpath={.metadata.deletionTimestamp}', save: 'when' },
      { pauseMs: 1100 },
      { kubectl: 'delete secret a --wait=false', out: /deleted/ },
      { kubectl: 'get secret a -o jsonpath={.metadata.deletionTimestamp}', out: '%when%' },
      letGo,
    ],
  },
  {
    title: 'takes no new finalizers afterwards, but other changes',
    given: held,
    steps: [
      { kubectl: 'delete secret a --wait=false', out: /deleted/ },
      { kubectl: 'label secret a x=1', out: 'secret/a labeled' },
      {
        kubectl: `patch secret a --type=merge -p '{"metadata":{"finalizers":["example.com/hold","example.com/new"]}}'`,
        exit: 1,
        err: /metadata\.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers/,
      },
      letGo,
    ],
  },
  {
    title: '--now and --grace-period are taken',
    given: three,
    steps: [
      { kubectl: 'delete secret a --now', out: /^secret "a" deleted/ },
      { kubectl: 'delete secret b --grace-period=5', out: /^secret "b" deleted/ },
      {
        kubectl: 'delete secret c --grace-period=0 --force',
        out: /^secret "c" force deleted/,
        err: /Warning: Immediate deletion/,
      },
      { kubectl: 'get secret -o name', out: '' },
    ],
  },
  {
    title: 'without a name, a selector or --all is refused',
    steps: [{ kubectl: 'delete secret', exit: 1, err: /resource\(s\) were provided, but no name was specified/ }],
  },
  {
    title: '-i asks first',
    given: three,
    steps: [
      { kubectl: 'delete secret a b -i', input: 'n\n', out: [/secret\/a/, /secret\/b/, /deletion is cancelled/] },
      { kubectl: 'get secret -o name', out: 'secret/a\nsecret/b\nsecret/c' },
      { kubectl: 'delete secret a b -i', input: 'y\n', out: [/secret "a" deleted/, /secret "b" deleted/] },
      { kubectl: 'get secret -o name', out: 'secret/c' },
    ],
  },
  {
    title: 'of a collection over --raw deletes what the selector chooses',
    given: `${three}---\napiVersion: v1\nkind: Secret\nmetadata: {name: d, labels: {go: away}}\n`,
    steps: [
      {
        kubectl: 'delete --raw "/api/v1/namespaces/%NS%/secrets?labelSelector=go%3Daway"',
        json: { kind: 'SecretList', items: [{ metadata: { name: 'd' } }] },
      },
      { kubectl: 'get secret -o name', out: 'secret/a\nsecret/b\nsecret/c' },
    ],
  },
  {
    title: 'over --raw answers with a Status',
    given: secret('a'),
    steps: [
      {
        kubectl: 'delete --raw /api/v1/namespaces/%NS%/secrets/a',
        json: { kind: 'Status', status: 'Success', details: { name: 'a', kind: 'secrets', uid: /-/ } },
      },
    ],
  },
];
