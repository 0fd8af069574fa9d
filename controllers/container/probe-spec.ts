import type { ProbeAction, ProbeSpec } from '../../runtime/ports/probes.ts';
import type { Container, ContainerSpec } from '../../schemas/gen/types.ts';
import { probeTimes } from '../../schemas/values/probe-times.ts';
import { portNumber } from './probe-target.ts';

type Probe = NonNullable<ContainerSpec['livenessProbe'] | ContainerSpec['readinessProbe']>;
type Hook = NonNullable<NonNullable<ContainerSpec['lifecycle']>['postStart']>;

/** What is asked, and where: `host` as the spec says it. */
export interface Question {
  readonly action: ProbeAction;
  readonly host: string | undefined;
}

/** When a probe asks, and how often until an answer counts. `action` is that of its question. */
export const probeSpec = (probe: Probe, action: ProbeAction): ProbeSpec => ({ action, ...probeTimes(probe) });

/** `field`: its path, for what is wrong with it. Throws an outcome when its port is none. */
export function questionOf(
  { exec, httpGet, tcpSocket, grpc }: Probe | (Hook & { readonly tcpSocket?: never; readonly grpc?: never }),
  ports: ContainerSpec['ports'],
  field: string,
): Question | undefined {
  if (exec !== undefined) return { action: { type: 'exec', command: exec.command }, host: undefined };
  if (httpGet !== undefined) {
    const { path = '/', scheme = 'HTTP', httpHeaders: headers = [], host } = httpGet;
    const port = portNumber(httpGet.port, ports, `${field}.httpGet.port`);
    const action = { type: 'http', port, path: requestPath(path), scheme, headers } as const;
    return { action, host: host || undefined };
  }
  if (tcpSocket !== undefined) {
    const port = portNumber(tcpSocket.port, ports, `${field}.tcpSocket.port`);
    return { action: { type: 'tcp', port }, host: tcpSocket.host || undefined };
  }
  if (grpc !== undefined) {
    return { action: { type: 'grpc', port: grpc.port, service: grpc.service ?? '' }, host: undefined };
  }
  return undefined;
}

/** From the root, and without a character that HTTP has no place for: those are escaped, and what is escaped stays as it is. */
function requestPath(path: string): string {
  const escaped = path.toWellFormed().replaceAll(/[^\u0021-\u007e]/gu, encodeURIComponent);
  return escaped.startsWith('/') ? escaped : `/${escaped}`;
}

/** Throws an outcome for the first port of a probe or hook that there is not. */
export function checkQuestions({ spec }: Container): void {
  for (const name of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
    const probe = spec[name];
    if (probe !== undefined) questionOf(probe, spec.ports, `spec.${name}`);
  }
  for (const name of ['postStart', 'preStop'] as const) {
    const hook = spec.lifecycle?.[name];
    if (hook !== undefined) questionOf(hook, spec.ports, `spec.lifecycle.${name}`);
  }
}
