import type { InstanceState } from '../../runtime/ports/containers.ts';
import type { ProbeState } from '../../runtime/ports/probes.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseTime } from '../../schemas/values/time.ts';
import { hookWork } from './hook-work.ts';
import { containerID, IMAGE_LABEL, imageSource, SPEC_HASH_LABEL } from './names.ts';
import { probeKey, removeProbes, type ProbeKind } from './probe-keys.ts';
import { probeSpec, questionOf } from './probe-spec.ts';
import { probeTarget, type ProbedRun } from './probe-target.ts';
import type { Work } from './work.ts';

/** Why a process that runs is to be ended, as a failed run. */
export interface Failure {
  readonly id: string;
  readonly pid: number;
  readonly reason: typeof REASONS.Unhealthy | typeof REASONS.FailedPostStartHook;
  /** Who found it out. */
  readonly check: 'livenessProbe' | 'startupProbe' | 'postStart';
  readonly message: string;
}

/** How the process that status tells of is. */
export interface Health {
  readonly pid: number;
  /** Its hook has ended and its startupProbe succeeded. */
  readonly started: boolean;
  /** Its hook has ended well. Undefined: it has none. */
  readonly postStarted?: boolean;
  /** What it has not started without. */
  readonly waitsFor?: { readonly check: 'postStart' | 'startupProbe'; readonly message: string };
  /** Undefined: it has no readinessProbe, or is not asked yet. */
  readonly readiness?: ProbeState;
  readonly failure?: Failure;
}

/**
 * Looks after the process that status tells of: begins its hook, keeps its probes, and says how they stand. First the hook, then the
 * startupProbe, then the other two. Undefined when no such process runs, or when it is being ended: then nobody asks it.
 * Throws an outcome when a probe cannot be asked as the spec says.
 */
export function superviseRun(work: Work, instances: readonly InstanceState[]): Health | undefined {
  const run = runOf(work, instances);
  if (run === undefined) return undefined;
  const { current } = work.context.status;
  const start = current.started === true ? { started: true } : startOf(work, run, current.postStarted === true);
  if (!start.started) {
    removeProbes(work.deps.probes, run.id, ['liveness', 'readiness']);
    return { pid: run.pid, ...start };
  }
  removeProbes(work.deps.probes, run.id, ['startup']);
  const liveness = keep(work, run, 'liveness');
  const readiness = keep(work, run, 'readiness');
  return {
    pid: run.pid,
    ...start,
    ...(readiness === undefined ? {} : { readiness }),
    ...(liveness?.outcome === 'failure' ? { failure: unhealthy(run, 'livenessProbe', liveness) } : {}),
  };
}

/** While another instance waits to take its place, its probes are asked as they were, and nothing follows from those of the next one. */
function isOfPresentSpec({ container, specHash }: Work, labels: InstanceState['labels'] = {}): boolean {
  return labels[SPEC_HASH_LABEL] === specHash && labels[IMAGE_LABEL] === imageSource(container.spec);
}

function runOf(work: Work, instances: readonly InstanceState[]): ProbedRun | undefined {
  const { context, deps } = work;
  const { state, pid, containerID: written, ending } = context.status.current;
  const { id, task, labels } =
    instances.find((each) => containerID(each.id) === written && each.task?.pid === pid) ?? {};
  if (id === undefined || pid === undefined || state?.running === undefined) return undefined;
  if (task?.status !== 'running' && task?.status !== 'paused') return undefined;
  if (!isOfPresentSpec(work, labels)) return undefined;
  const stop = deps.stops.get(id);
  if ((stop !== undefined && !stop.withdrawn) || ending?.pid === pid) return undefined;
  return { id, pid, startedAt: parseTime(state.running.startedAt ?? '') ?? 0 };
}

type Start = Omit<Health, 'pid' | 'readiness'>;

/** What comes before the probes. */
function startOf(work: Work, run: ProbedRun, hookWasDone: boolean): Start {
  const hook = work.container.spec.lifecycle?.postStart;
  const done = hookWasDone || hook === undefined ? { success: true, message: '' } : postStart(work, run, hook);
  if (done === 'running') return { started: false, waitsFor: { check: 'postStart', message: 'its hook is under way' } };
  const { success, message } = done;
  if (!success) {
    const { id, pid } = run;
    const failure = { id, pid, reason: REASONS.FailedPostStartHook, check: 'postStart', message } as const;
    return { started: false, waitsFor: { check: 'postStart', message }, failure };
  }
  const postStarted = hookWasDone || hook !== undefined ? { postStarted: true } : {};
  const state = keep(work, run, 'startup');
  if (state === undefined || state.outcome === 'success') return { started: true, ...postStarted };
  const waitsFor = { check: 'startupProbe', message: state.message } as const;
  const failed = state.outcome === 'failure' ? { failure: unhealthy(run, 'startupProbe', state) } : {};
  return { started: false, ...postStarted, waitsFor, ...failed };
}

function postStart(work: Work, run: ProbedRun, hook: Parameters<typeof hookWork>[3]) {
  const { hooks } = work.deps;
  const known = hooks.get(run.id, run.pid, 'postStart');
  if (known === undefined) hooks.begin(run.id, run.pid, 'postStart', hookWork(work, run, 'postStart', hook));
  return known ?? 'running';
}

/** Has the probe of the spec asked; one that the spec no longer has is asked no more. */
function keep(work: Work, run: ProbedRun, kind: ProbeKind): ProbeState | undefined {
  const { container, deps } = work;
  const name = `${kind}Probe` as const;
  const probe = container.spec[name];
  const question = probe && questionOf(probe, container.spec.ports, `spec.${name}`);
  if (question === undefined) {
    removeProbes(deps.probes, run.id, [kind]);
    return undefined;
  }
  const target = probeTarget(work, run, question.host);
  return deps.probes.keep(probeKey(run.id, kind), probeSpec(probe ?? {}, question.action), target);
}

const unhealthy = (
  { id, pid }: ProbedRun,
  check: 'livenessProbe' | 'startupProbe',
  { message }: ProbeState,
): Failure => ({ id, pid, reason: REASONS.Unhealthy, check, message });
