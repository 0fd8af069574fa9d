import test from 'ava';
import * as fc from 'fast-check';
import { podOf } from '../../../api/pod-view/pod-view.ts';
import { objectMeta } from '../../../schemas/definitions/object-meta.ts';
import { pod as podKind } from '../../../schemas/definitions/pod.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { compileStructural } from '../../../schemas/structural/structural.ts';
import { containerBody, RUNNING } from './container.ts';

const METADATA = {
  name: 'web',
  namespace: 'default',
  uid: '11111111-2222-4333-8444-555555555555',
  resourceVersion: '7',
  creationTimestamp: '2026-01-01T00:00:00Z',
};

type Shown = JsonObject & {
  readonly spec: { readonly containers: readonly JsonObject[] } & JsonObject;
  readonly status: {
    readonly containerStatuses: readonly JsonObject[];
    readonly conditions: readonly JsonObject[];
  } & JsonObject;
};

const shown = (spec: JsonObject = {}, status?: JsonObject): Shown =>
  podOf({
    ...containerBody('web', spec, METADATA),
    ...(status && { status }),
  } as unknown as Container) as unknown as Shown;

const conditionOf = ({ status }: Shown, type: string): JsonObject | undefined =>
  status.conditions.find((one) => one['type'] === type);

test('a Container that runs is a Pod that runs', (t) => {
  const { status } = shown({}, RUNNING);
  t.is(status['phase'], 'Running');
  t.deepEqual(status.containerStatuses, [
    {
      name: 'web',
      state: { running: { startedAt: '2026-01-01T00:00:05Z' } },
      lastState: { terminated: { exitCode: 137, signal: 9, reason: 'Killed', finishedAt: '2026-01-01T00:00:04Z' } },
      ready: true,
      restartCount: 2,
      image: 'busybox:1',
      imageID: 'sha256:1234',
      containerID: 'containerd://abc-1',
      started: true,
    },
  ]);
  t.like(conditionOf(shown({}, RUNNING), 'Ready'), { status: 'True', lastTransitionTime: '2026-01-01T00:00:06Z' });
});

test('a run that has ended well serves nobody, though the Container is Ready', (t) => {
  const terminated = {
    exitCode: 0,
    reason: 'Completed',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:01Z',
  };
  const pod = shown(
    { restartPolicy: 'Never' },
    { ...RUNNING, phase: 'Succeeded', started: false, state: { terminated } },
  );
  t.like(conditionOf(pod, 'Ready'), { status: 'False', reason: 'PodCompleted' });
  t.like(pod.status.containerStatuses[0], { ready: false, started: false, state: { terminated } });
});

test('what is not Ready says why', (t) => {
  const conditions = [
    {
      type: 'Ready',
      status: 'False',
      lastTransitionTime: '2026-01-01T00:00:06Z',
      reason: 'ImagePullBackOff',
      message: 'no such image',
    },
  ];
  const pod = shown(
    {},
    { phase: 'Pending', conditions, state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
  );
  t.like(conditionOf(pod, 'ContainersReady'), {
    status: 'False',
    reason: 'ImagePullBackOff',
    message: 'no such image',
  });
  t.like(conditionOf(shown(), 'PodScheduled'), { status: 'True' });
});

test('volumes, variables and users stand where core/v1 has them', (t) => {
  const { spec } = shown({
    securityContext: {
      runAsUser: 'nobody',
      runAsGroup: '65534',
      supplementalGroups: [7, 'video'],
      privileged: false,
      sysctls: [{ name: 'net.core.somaxconn', value: '9' }],
    },
    hostPID: true,
    env: [{ name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    volumes: [
      { name: 'data', volume: { name: 'pgdata' } },
      { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: 1024 } },
      { name: 'conf', configMap: { name: 'c' } },
    ],
    resources: { limits: { cpu: 1, memory: '64Mi', pids: 10 } },
    init: true,
    logging: { maxFiles: 2 },
  });
  t.deepEqual(spec['volumes'], [
    { name: 'data', persistentVolumeClaim: { claimName: 'pgdata' } },
    { name: 'tmp', emptyDir: { medium: 'Memory', sizeLimit: '1024' } },
    { name: 'conf', configMap: { name: 'c' } },
  ]);
  t.deepEqual(spec['securityContext'], {
    sysctls: [{ name: 'net.core.somaxconn', value: '9' }],
    supplementalGroups: [7],
  });
  t.is(spec['hostPID'], true);
  t.is(spec['dnsPolicy'], 'ClusterFirst');
  t.is(shown({ hostNetwork: true }).spec['dnsPolicy'], 'Default');
  t.like(spec.containers[0], {
    securityContext: { privileged: false, runAsGroup: 65534 },
    env: [{ name: 'POD', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }],
    resources: { limits: { cpu: '1', memory: '64Mi', pids: '10' } },
  });
  for (const name of ['runAsUser', 'supplementalGroups', 'sysctls'])
    t.false(Object.hasOwn(spec.containers[0]?.['securityContext'] as JsonObject, name), name);
});

const classOf = (resources: JsonObject): unknown => shown({ resources }).status['qosClass'];

test('the quality of service follows from requests and limits', (t) => {
  t.is(classOf({}), 'BestEffort');
  t.is(classOf({ limits: { pids: 10 } }), 'BestEffort');
  t.is(classOf({ limits: { cpu: 1, memory: '1Gi' } }), 'Guaranteed');
  t.is(classOf({ limits: { cpu: 1, memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }), 'Guaranteed');
  t.is(classOf({ limits: { cpu: 1, memory: '1Gi' }, requests: { cpu: '500m' } }), 'Burstable');
  t.is(classOf({ requests: { cpu: '500m' } }), 'Burstable');
});

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const quantity = fc.constantFrom<string | number>('500m', 2, '64Mi', '1e3');
const time = fc.constantFrom('2026-01-01T00:00:00Z', '2026-06-01T12:00:00Z');
const run = fc.record(
  { exitCode: fc.nat(255), reason: fc.string(), startedAt: time, finishedAt: time, pid: fc.nat() },
  { requiredKeys: [] },
);

const spec = fc.record(
  {
    image: fc.string({ minLength: 1 }),
    command: fc.array(fc.string()),
    env: fc.uniqueArray(fc.record({ name: fc.stringMatching(/^[A-Z_]{1,8}$/), value: fc.string() }), {
      selector: ({ name }) => name,
    }),
    restartPolicy: fc.constantFrom('Always', 'OnFailure', 'Never'),
    resources: fc.record({ limits: fc.record({ cpu: quantity, memory: quantity }, { requiredKeys: [] }) }),
    securityContext: fc.record(
      { runAsUser: fc.oneof(fc.nat(), fc.string()), privileged: fc.boolean() },
      { requiredKeys: [] },
    ),
    hostNetwork: fc.boolean(),
    tty: fc.boolean(),
  },
  { requiredKeys: ['image'] },
);
const status = fc.record(
  {
    phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
    restartCount: fc.nat(),
    state: fc.oneof(
      fc.record({ running: fc.record({ startedAt: time }) }),
      fc.record({ waiting: fc.record({ reason: fc.string(), message: fc.string() }) }),
      fc.record({ terminated: run }),
    ),
    lastState: fc.record({ terminated: run }),
    imageID: fc.string(),
  },
  { requiredKeys: [] },
);

const schema = compileStructural(podKind.schema, { metadata: objectMeta });

test('whatever a Container is, its Pod is what the schema says, and nothing else', (t) => {
  fc.assert(
    fc.property(spec, optional(status), (wanted, found) => {
      const pod = JSON.parse(JSON.stringify(shown(wanted, found))) as JsonObject;
      t.deepEqual(schema.prune(pod).unknown, []);
      t.deepEqual(schema.validate(pod), []);
    }),
  );
});

test('its address, its ports and its probes are the Pod’s; what core/v1 does not have is left out', (t) => {
  const ports = [
    { containerPort: 80, hostPort: 0, protocol: 'TCP', name: 'http' },
    { containerPort: 9000, endPort: 9010, hostPort: 9000, protocol: 'UDP' },
    { containerPort: 22, protocol: 'TCP' },
  ];
  const readinessProbe = { tcpSocket: { port: 80 }, periodSeconds: 5, timeoutSeconds: 0 };
  const volumes = [{ name: 'c', configMap: { name: 'c', defaultUid: 1, items: [{ key: 'k', path: 'p', uid: 7 }] } }];
  const volumeMounts = [{ name: 'c', mountPath: '/c', onChange: { action: 'Restart' } }];
  const status = {
    ...RUNNING,
    ip: '10.208.0.2',
    networks: [{ name: 'default', interface: 'eth0', ips: ['10.208.0.2', 'fd00::2'], mac: '02:00:00:00:00:01' }],
    ports: [{ name: 'http', containerPort: 80, hostPort: 32768, protocol: 'TCP' }],
  };
  const pod = shown({ ports, readinessProbe, volumes, volumeMounts }, status);
  t.is(pod.status['podIP'], '10.208.0.2');
  t.deepEqual(pod.status['podIPs'], [{ ip: '10.208.0.2' }, { ip: 'fd00::2' }]);
  t.like(pod.spec.containers[0], {
    readinessProbe: {
      ...readinessProbe,
      initialDelaySeconds: 0,
      timeoutSeconds: 1,
      successThreshold: 1,
      failureThreshold: 3,
    },
    ports: [
      { containerPort: 80, hostPort: 32768, protocol: 'TCP', name: 'http' },
      { containerPort: 9000, hostPort: 9000, protocol: 'UDP' },
      { containerPort: 22, protocol: 'TCP' },
    ],
    volumeMounts: [{ name: 'c', mountPath: '/c' }],
  });
  t.deepEqual(pod.spec['volumes'], [{ name: 'c', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } }]);
});

test('two ports that lead to one of the container are told each with its own', (t) => {
  const ports = [
    { containerPort: 80, hostPort: 8080, protocol: 'TCP' },
    { containerPort: 80, hostPort: 8081, protocol: 'TCP' },
    { containerPort: 80, hostPort: 0, protocol: 'TCP', name: 'picked' },
  ];
  const told = ports.map((port) => ({ ...port, hostPort: port.hostPort || 32768 }));
  const pod = shown({ ports }, { ...RUNNING, ports: told });
  t.deepEqual(pod.spec.containers[0]?.['ports'], told);
});
