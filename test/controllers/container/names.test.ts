import test from 'ava';
import { imageSource, instanceId, specHash } from '../../../controllers/container/names.ts';
import { containerSpec } from '../../../schemas/definitions/container-spec.ts';
import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { stored, UID } from './objects.ts';

/** A change of each field of the spec, and whether it needs another instance. A new field needs a line here. */
const CHANGES: Readonly<Record<keyof ContainerSpec, readonly [unknown, 'in place' | 'another']>> = {
  nodeName: ['x', 'in place'],
  image: ['other', 'in place'],
  imageFrom: [{ name: 'x' }, 'in place'],
  imagePullPolicy: ['Always', 'in place'],
  imagePullSecrets: [[{ name: 'x' }], 'in place'],
  lifecycle: [{ stopSignal: 'SIGINT' }, 'in place'],
  logging: [{ maxFiles: 2 }, 'in place'],
  resources: [{ limits: { pids: '1' } }, 'in place'],
  restartPolicy: ['Never', 'in place'],
  stdinOnce: [true, 'in place'],
  terminationGracePeriodSeconds: [1, 'in place'],
  terminationMessagePolicy: ['FallbackToLogsOnError', 'in place'],
  dependsOn: [[{ kind: 'Container', name: 'x' }], 'in place'],
  envOnChange: [{ action: 'Restart' }, 'in place'],
  livenessProbe: [{ tcpSocket: { port: 1 } }, 'in place'],
  readinessProbe: [{ tcpSocket: { port: 1 } }, 'in place'],
  startupProbe: [{ tcpSocket: { port: 1 } }, 'in place'],
  minReadySeconds: [1, 'in place'],
  networks: [[{ name: 'x' }], 'in place'],
  paused: [true, 'in place'],
  ports: [[{ containerPort: 1 }], 'in place'],
  progressDeadlineSeconds: [1, 'in place'],
  publishNotReadyAddresses: [true, 'in place'],
  revisionHistoryLimit: [1, 'in place'],
  updateStrategy: [{ type: 'StartFirst' }, 'in place'],
  networkMode: ['none', 'another'],
  command: [['x'], 'another'],
  args: [['x'], 'another'],
  workingDir: ['/x', 'another'],
  env: [[{ name: 'A' }], 'another'],
  envFrom: [[{ prefix: 'A' }], 'another'],
  volumes: [[{ name: 'v', emptyDir: {} }], 'another'],
  volumeMounts: [[{ name: 'v', mountPath: '/v' }], 'another'],
  terminationMessagePath: ['/x', 'another'],
  securityContext: [{ privileged: true }, 'another'],
  hostname: ['x', 'another'],
  hostNetwork: [true, 'another'],
  init: [true, 'another'],
  stdin: [true, 'another'],
  tty: [true, 'another'],
};

test('every field of the schema is in this table', (t) => {
  t.deepEqual(Object.keys(CHANGES).toSorted(), Object.keys(containerSpec.properties ?? {}).toSorted());
});

for (const [field, [value, expected]] of Object.entries(CHANGES)) {
  test(`spec.${field}: ${expected === 'another' ? 'another instance' : 'in place'}`, (t) => {
    const same = specHash(stored()) === specHash(stored({ [field]: value }));
    t.is(same, expected === 'in place');
  });
}

test('labels and annotations are no reason, but those that ask for a restart', (t) => {
  const hash = (metadata: Parameters<typeof stored>[1]) => specHash(stored({}, metadata));
  t.is(hash({}), hash({ labels: { a: 'b' }, annotations: { c: 'd' } }));
  t.not(hash({}), hash({ annotations: { 'tsmoby.dev/restartedAt': '1' } }));
  t.not(hash({}), hash({ annotations: { 'kubectl.kubernetes.io/restartedAt': '1' } }));
});

test('an instance is named by uid, spec and image', (t) => {
  const id = instanceId(stored(), 'h', 'sha256:a');
  t.true(id.startsWith(`${UID}-`));
  t.is(id, instanceId(stored(), 'h', 'sha256:a'));
  t.not(id, instanceId(stored(), 'i', 'sha256:a'));
  t.not(id, instanceId(stored(), 'h', 'sha256:b'));
});

test('an image’s source is its full reference, or the Image it comes from', (t) => {
  t.is(imageSource({ image: 'app:1' }), 'docker.io/library/app:1');
  t.is(imageSource({ imageFrom: { kind: 'Image', name: 'x' } }), 'Image/x');
});
