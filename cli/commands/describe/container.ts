import type { Container, ContainerEnv, ContainerEnvFrom, ContainerStatusState } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { SheetRow } from '../../output/sheet.ts';
import { bodyOfObject } from './generic.ts';
import { dependencyRows } from './dependencies.ts';
import { healthRows } from './health.ts';
import { mountRows } from './mounts.ts';
import { reachRows } from './reach.ts';
import { rolloutRows } from './rollout.ts';
import { timeText } from './sections.ts';

/** What it is asked to be, and what it is, in the order in which one looks for a fault. */
export function bodyOfContainer(object: KubeObject, now: number): readonly SheetRow[] {
  const { spec, status = {} } = object as Container;
  return [
    ...given('Node', spec.nodeName),
    ['Status', status.summary ?? status.phase ?? 'Pending (nobody has looked at it yet)'],
    ...stateRows('State', status.state, now),
    ...stateRows('Last State', status.lastState, now),
    ...(status.nextStartTime === undefined ? [] : [['Next Start', `not before ${status.nextStartTime}`] as const]),
    ['Restarts', String(status.restartCount ?? 0)],
    ...given(
      'Image',
      spec.image ?? (spec.imageFrom && `from ${spec.imageFrom.kind ?? 'Image'}/${spec.imageFrom.name}`),
    ),
    ...given('Image ID', status.imageID),
    ...given('Container ID', status.containerID),
    ...given('PID', status.pid),
    ...given('Command', spec.command?.join(' ')),
    ...given('Args', spec.args?.join(' ')),
    ...given('Working Dir', spec.workingDir),
    ...reachRows(object as Container),
    ...dependencyRows(object as Container),
    ['Restart Policy', spec.restartPolicy ?? 'Always'],
    ...rolloutRows(object as Container),
    ...healthRows(spec),
    ...resourceRows(object as Container),
    ...listRows('Environment From', (spec.envFrom ?? []).map(envFromRow)),
    ...listRows(
      'Environment',
      (spec.env ?? []).map((variable) => [variable.name, envText(variable)]),
    ),
    ...given('Env On Change', spec.envOnChange?.action),
    ...listRows('Mounts', mountRows(object as Container)),
    ...securityRows(object as Container, now),
  ];
}

const given = (label: string, value: string | number | undefined): readonly SheetRow[] =>
  value === undefined || value === '' ? [] : [[label, String(value)]];

const listRows = (label: string, rows: readonly SheetRow[]): readonly SheetRow[] =>
  rows.length === 0 ? [] : [[label, { rows }]];

function stateRows(label: string, state: ContainerStatusState | undefined, now: number): readonly SheetRow[] {
  if (state?.running !== undefined) {
    const { startedAt } = state.running;
    return [[label, startedAt === undefined ? 'Running' : `Running since ${timeText(startedAt, now)}`]];
  }
  if (state?.waiting !== undefined) {
    const { reason, message } = state.waiting;
    return [[label, { text: 'Waiting', rows: [...given('Reason', reason), ...given('Message', message)] }]];
  }
  if (state?.terminated === undefined) return [];
  const { reason, message, exitCode, signal, startedAt, finishedAt } = state.terminated;
  const rows = [
    ...given('Reason', reason),
    ...given('Message', message),
    ...given('Exit Code', exitCode),
    ...given('Signal', signal),
    ...given('Started', startedAt && timeText(startedAt, now)),
    ...given('Finished', finishedAt && timeText(finishedAt, now)),
  ];
  return [[label, { text: 'Terminated', rows }]];
}

/** Asked for, and what is in force where that differs in form. */
function resourceRows({ spec }: Container): readonly SheetRow[] {
  const amounts = (all: object | undefined): readonly SheetRow[] =>
    Object.entries(all ?? {}).map(([name, amount]) => [name, String(amount)] as const);
  return [
    ...listRows('Limits', amounts(spec.resources?.limits)),
    ...listRows('Requests', amounts(spec.resources?.requests)),
  ];
}

function envText({ value, valueFrom = {} }: ContainerEnv): string {
  const { configMapKeyRef, secretKeyRef, fieldRef } = valueFrom;
  if (configMapKeyRef !== undefined)
    return `<key ${configMapKeyRef.key} of configmap ${configMapKeyRef.name}>${optional(configMapKeyRef)}`;
  if (secretKeyRef !== undefined)
    return `<key ${secretKeyRef.key} of secret ${secretKeyRef.name}>${optional(secretKeyRef)}`;
  if (fieldRef !== undefined) return `<field ${fieldRef.fieldPath}>`;
  return value ?? '';
}

const optional = ({ optional: may }: { readonly optional?: boolean }): string => (may === true ? ' (optional)' : '');

function envFromRow({ prefix, configMapRef, secretRef }: ContainerEnvFrom): SheetRow {
  const behind = prefix === undefined || prefix === '' ? '' : `each with prefix ${prefix}`;
  if (configMapRef !== undefined)
    return [`configmap ${configMapRef.name}`, `all keys ${behind}${optional(configMapRef)}`.trim()];
  return [`secret ${secretRef?.name ?? ''}`, `all keys ${behind}${optional(secretRef ?? {})}`.trim()];
}

function securityRows({ spec, ...object }: Container, now: number): readonly SheetRow[] {
  if (spec.securityContext === undefined) return [];
  const { metadata, apiVersion, kind } = object;
  return bodyOfObject({ metadata, apiVersion, kind, securityContext: spec.securityContext } as KubeObject, now);
}
