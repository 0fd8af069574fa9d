import test from 'ava';
import { dependencyRows } from '../../cli/commands/describe/dependencies.ts';
import { mountRows } from '../../cli/commands/describe/mounts.ts';
import { reachRows } from '../../cli/commands/describe/reach.ts';
import { rolloutRows } from '../../cli/commands/describe/rollout.ts';
import { renderSheet } from '../../cli/output/sheet.ts';
import type {
  Container,
  ContainerSpec,
  ContainerStatus,
  ContainerVolumeMountOnChange,
} from '../../schemas/gen/types.ts';

const web = (spec: Partial<ContainerSpec>, status: Partial<ContainerStatus> = {}): Container =>
  ({ apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', metadata: { name: 'web' }, spec, status }) as Container;
const reach = (...from: Parameters<typeof web>): string => renderSheet(reachRows(web(...from)), undefined);
const rollout = (...from: Parameters<typeof web>): string => renderSheet(rolloutRows(web(...from)), undefined);

test('networks are told with addresses, and those that it is not in yet', (t) => {
  const networks = [{ name: 'front', interface: 'eth0', ips: ['10.1.0.2', 'fd00::2'], mac: '02:00:00:00:00:01' }];
  t.is(
    reach({ networks: [{ name: 'front' }, { name: 'back' }] }, { networks }),
    'Networks:\n  front:  10.1.0.2, fd00::2  eth0  02:00:00:00:00:01\n  back:   not attached\n',
  );
  t.is(reach({}), 'Networks:\n  default:  not attached\n');
  t.is(reach({ hostNetwork: true }), 'Network:  of the host\n');
  t.is(reach({ networkMode: 'none' }), 'Network:  none\n');
  t.is(reach({ networkMode: 'container:web' }), 'Network:  that of container:web\n');
});

test('ports are told with what leads to them', (t) => {
  const ports: ContainerSpec['ports'] = [
    { name: 'http', containerPort: 8080, hostPort: 0 },
    { containerPort: 5353, protocol: 'UDP' },
    { containerPort: 7000, hostPort: 7000, endPort: 7009 },
  ];
  const told = [
    { name: 'http', containerPort: 8080, hostPort: 40_000, protocol: 'TCP', hostIP: '::' },
    { containerPort: 7000, endPort: 7009, hostPort: 7000, protocol: 'TCP' },
  ];
  t.is(
    reach({ networkMode: 'none', ports }, { ports: told }),
    `Network:  none
Ports:
  8080/TCP http:  from [::]:40000
  7000-7009/TCP:  from *:7000-7009
  5353/UDP:       inside its networks
`,
  );
  t.is(
    reach({ networkMode: 'none', ports: ports.slice(0, 1) }),
    'Network:  none\nPorts:\n  8080/TCP http:  not published\n',
  );
});

test('a replacement under way is told: what is next, what drains, what was good last', (t) => {
  const next = { pid: 7, ready: false, reason: 'ContainersNotReady', message: 'HTTP 503', restartCount: 2 };
  t.is(
    rollout(
      { updateStrategy: { type: 'StartFirst', onFailure: 'Stop' } },
      {
        revision: 3,
        updateRevision: 'web-3',
        currentRevision: 'web-2',
        update: next,
        draining: [{ containerID: 'containerd://x', sandboxGeneration: 1, since: '2026-01-01T00:00:00Z' }],
      },
    ),
    `Revision:   3 (web-3)
Last Good:  web-2
Update:     StartFirst, and a failed one stays
Next:       pid 7, ContainersNotReady: HTTP 503, started again 2 times
Draining:   containerd://x since 2026-01-01T00:00:00Z
`,
  );
  t.is(rollout({}, { update: { pid: 7, ready: true } }), 'Update:  Recreate\nNext:    pid 7, ready\n');
});

test('how long a change may take and must hold is told where it is asked for, as is that it is held up', (t) => {
  t.is(
    rollout({ minReadySeconds: 5, progressDeadlineSeconds: 60, paused: true }),
    `Update:     Recreate
Min Ready:  5s
Deadline:   60s
Paused:     changes that need another instance wait
`,
  );
});

test('what the last change did is told', (t) => {
  const lastChange = { generation: 2, inPlace: ['ports', 'resources'], replacement: ['image'] };
  t.is(
    rollout({}, { lastChange }),
    'Update:       Recreate\nLast Change:\n  In Place:    ports, resources\n  By Another:  image\n',
  );
  t.is(rollout({}, { lastChange: { generation: 2, inPlace: [], replacement: [] } }), 'Update:  Recreate\n');
});

test('what comes first is told with how far it has to be', (t) => {
  const dependsOn: ContainerSpec['dependsOn'] = [
    { kind: 'Container', name: 'db', restart: true },
    { kind: 'Volume', name: 'data', condition: 'Started' },
  ];
  t.is(
    renderSheet(dependencyRows(web({ dependsOn })), undefined),
    'Depends On:\n  Container/db:  Ready, and started again with it\n  Volume/data:   Started\n',
  );
  t.deepEqual(dependencyRows(web({})), []);
});

test('mounts are told with what a change of their content does', (t) => {
  const volumes: ContainerSpec['volumes'] = [{ name: 'v', configMap: { name: 'site' } }];
  const mount = (onChange?: ContainerVolumeMountOnChange) => {
    const volumeMounts = [{ name: 'v', mountPath: '/v', ...(onChange && { onChange }) }];
    return mountRows(web({ volumes, volumeMounts }));
  };
  const text = 'configmap site (rw)';
  t.deepEqual(mount(), [['/v', text]]);
  t.deepEqual(mount({ action: 'None' }), [['/v', text]]);
  t.deepEqual(mount({ action: 'Signal' }), [['/v', `${text}, on change Signal SIGHUP`]]);
  t.deepEqual(mount({ action: 'Exec', exec: { command: ['reload', 'now'] } }), [
    ['/v', `${text}, on change Exec [reload now]`],
  ]);
  t.deepEqual(mount({ action: 'Recreate' }), [['/v', `${text}, on change Recreate`]]);
});
