import test from 'ava';
import { renderSheet } from '../../cli/output/sheet.ts';
import { openCliWorld } from './world.ts';

const CONTAINER = `apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata:
  name: web
  labels: {app: shop}
spec:
  image: busybox
  command: [httpd, -f]
  env:
  - {name: MODE, value: fast}
  - {name: WORD, valueFrom: {secretKeyRef: {name: top, key: word}}}
  volumes:
  - {name: data, volume: {name: store}}
  volumeMounts:
  - {name: data, mountPath: /data, readOnly: true}
  resources: {limits: {memory: 64Mi}}
`;

test('a container tells what it is, why, and what happened', async (t) => {
  await using world = await openCliWorld();
  const client = world.api.plainClient();
  await world.tsmoby(['apply', '-f', '-'], { stdin: CONTAINER });
  const ref = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', namespace: 'default', name: 'web' };
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'CrashLoopBackOff',
    lastTransitionTime: '2025-12-31T23:59:30Z',
  };
  const status = {
    phase: 'Running',
    summary: 'CrashLoopBackOff',
    restartCount: 3,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'next start in 40s' } },
    lastState: { terminated: { exitCode: 137, signal: 9, reason: 'OOMKilled', finishedAt: '2025-12-31T23:59:00Z' } },
    conditions: [{ ...condition, message: 'it ended three times in a row' }],
  };
  const { metadata } = await client.patch(ref, { status }, { type: 'merge', subresource: 'status' });
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'web.1', namespace: 'default' },
    involvedObject: { ...ref, uid: metadata.uid },
    type: 'Warning',
    reason: 'BackOff',
    message: 'waiting before the next start',
    source: { component: 'container-controller' },
    firstTimestamp: '2025-12-31T23:58:00Z',
    lastTimestamp: '2025-12-31T23:59:00Z',
    count: 3,
  };
  await client.create(event);
  const { code, stdout } = await world.tsmoby(['describe', 'ctr', 'web']);
  t.is(code, 0);
  t.is(
    stdout,
    `Name:            web
Namespace:       default
Kind:            Container (tsmoby.dev/v1alpha1)
Labels:          app=shop
Annotations:     <none>
Created:         2026-01-01T00:00:00Z (0s ago)
Status:          CrashLoopBackOff
State:           Waiting
  Reason:   CrashLoopBackOff
  Message:  next start in 40s
Last State:      Terminated
  Reason:     OOMKilled
  Exit Code:  137
  Signal:     9
  Finished:   2025-12-31T23:59:00Z (60s ago)
Restarts:        3
Image:           busybox
Command:         httpd -f
Networks:
  default:  not attached
Restart Policy:  Always
Update:          Recreate
Limits:
  memory:  64Mi
Environment:
  MODE:  fast
  WORD:  <key word of secret top>
Mounts:
  /data:  volume store (ro)
Conditions:
  Type   Status  Since  Reason            Message
  ----   ------  -----  ------            -------
  Ready  False   30s    CrashLoopBackOff  it ended three times in a row
Events:
  Type     Reason   Age               From                  Message
  ----     ------   ---               ----                  -------
  Warning  BackOff  60s (x3 over 2m)  container-controller  waiting before the next start
`,
  );
});

test('a secret never tells its values', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['create', 'secret', 'generic', 'top', '--from-literal=word=hunter2']);
  const { stdout } = await world.tsmoby(['describe', 'secret', 'top']);
  t.regex(stdout, /\nType: +Opaque\nData:\n {2}word: {2}7 bytes\n/);
  t.false(stdout.includes('hunter2') || stdout.includes(Buffer.from('hunter2').toString('base64')));
});

test('a config map shows its text, line under line', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], {
    stdin:
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"},"data":{"app.conf":"a=1\\nb=2\\n"},"binaryData":{"x":"AAEC"}}',
  });
  const { stdout } = await world.tsmoby(['describe', 'cm/c']);
  t.regex(stdout, /Data:\n {2}app\.conf: {2}a=1\n {13}b=2\nBinary Data:\n {2}x: {2}3 bytes\n/);
});

test('any other kind shows its fields in words', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['apply', '-f', '-'], {
    stdin:
      '{"apiVersion":"tsmoby.dev/v1alpha1","kind":"Image","metadata":{"name":"i"},"spec":{"archive":{"path":"/x.tar"},"imagePullSecrets":[{"name":"r"}]}}',
  });
  const { stdout } = await world.tsmoby(['describe', 'image', 'i']);
  t.regex(stdout, /Spec:\n {2}Archive:\n {4}Path: {2}\/x\.tar\n {2}Image Pull Secrets:\n {4}r:\n {6}Name: {2}r\n/);
});

test('a beginning of a name describes all that begin so, and no match is an error', async (t) => {
  await using world = await openCliWorld();
  await world.tsmoby(['create', 'cm', 'web-a']);
  await world.tsmoby(['create', 'cm', 'web-b']);
  const { stdout } = await world.tsmoby(['describe', 'cm', 'web']);
  t.deepEqual(
    [...stdout.matchAll(/^Name: +(\S+)$/gm)].map(([, name]) => name),
    ['web-a', 'web-b'],
  );
  const none = await world.tsmoby(['describe', 'cm', 'nope']);
  t.deepEqual(none, { code: 1, stdout: '', stderr: 'Error from server (NotFound): configmaps "nope" not found\n' });
});

for (const width of [80, 40]) {
  test(`on ${String(width)} columns long text is folded, and none is lost`, (t) => {
    const words = 'a message of very many words that says all there is to say about the matter at hand';
    const sheet = renderSheet(
      [
        ['Image', words],
        [
          'Events',
          {
            header: ['Type', 'Reason', 'Age', 'From', 'Message'],
            lines: [['Warning', 'Failed', '5s', 'container-controller', words]],
          },
        ],
      ],
      width,
    );
    t.is(sheet.split(/\s+/).join(' ').split(words).length, 3, sheet);
    t.true(
      sheet.split('\n').every((line) => line.length <= Math.max(width, 50)),
      sheet,
    );
  });
}
