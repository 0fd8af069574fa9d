import type { ContainerSpec } from '../../../schemas/gen/types.ts';
import { probeTimes } from '../../../schemas/values/probe-times.ts';
import type { SheetRow } from '../../output/sheet.ts';

type Probe = NonNullable<ContainerSpec['livenessProbe'] | ContainerSpec['readinessProbe']>;
type Hook = NonNullable<NonNullable<ContainerSpec['lifecycle']>['postStart']>;
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<Hook, 'sleep'>;

/** Probes and hooks, a line each, in the words of `kubectl describe pod`. */
export function healthRows({
  startupProbe,
  livenessProbe,
  readinessProbe,
  lifecycle,
}: ContainerSpec): readonly SheetRow[] {
  const probes = [
    ['Startup', startupProbe],
    ['Liveness', livenessProbe],
    ['Readiness', readinessProbe],
  ] as const;
  const hooks = [
    ['Post Start', lifecycle?.postStart],
    ['Pre Stop', lifecycle?.preStop],
  ] as const;
  return [
    ...probes.flatMap(([label, probe]) => (probe === undefined ? [] : [[label, probeText(probe)] as const])),
    ...hooks.flatMap(([label, hook]) => (hook === undefined ? [] : [[label, handlerText(hook)] as const])),
  ];
}

function probeText(probe: Probe): string {
  const { initialDelaySeconds, timeoutSeconds, periodSeconds, successThreshold, failureThreshold } = probeTimes(probe);
  const times = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s`;
  const grace = 'terminationGracePeriodSeconds' in probe ? ` grace=${probe.terminationGracePeriodSeconds}s` : '';
  return `${handlerText(probe)} ${times} #success=${successThreshold} #failure=${failureThreshold}${grace}`;
}

function handlerText({ exec, httpGet, tcpSocket, grpc, sleep }: Handler): string {
  if (exec !== undefined) return `exec [${exec.command.join(' ')}]`;
  if (httpGet !== undefined) {
    const { scheme = 'HTTP', host = '', port, path = '/' } = httpGet;
    return `http-get ${scheme.toLowerCase()}://${host}:${port}${path.startsWith('/') ? path : `/${path}`}`;
  }
  if (tcpSocket !== undefined) return `tcp-socket ${tcpSocket.host ?? ''}:${tcpSocket.port}`;
  if (grpc !== undefined) return `grpc :${grpc.port} ${grpc.service ?? ''}`.trim();
  return `sleep ${sleep?.seconds ?? 0}s`;
}
