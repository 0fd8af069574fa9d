import test from 'ava';
import { reachRows } from '../../cli/commands/describe/reach.ts';
import { rolloutRows } from '../../cli/commands/describe/rollout.ts';
import { renderSheet } from '../../cli/output/sheet.ts';
import type { Container, ContainerSpec, ContainerStatus } from '../../schemas/gen/types.ts';

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
