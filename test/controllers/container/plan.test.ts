import test from 'ava';
import type { InstanceState, TaskState } from '../../../runtime/ports/containers.ts';
import { IMAGE_LABEL, RESOURCES_LABEL, SPEC_HASH_LABEL } from '../../../controllers/container/names.ts';
import { plan, type Observed, type Step, type Wanted } from '../../../controllers/container/plan.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const UID = '00000000-0000-4000-8000-000000000001';
const NEW = `${UID}-new`;
const OLD = `${UID}-old`;

const WANTED: Wanted = { id: NEW, specHash: 'new', source: 'app', resources: '{}', restartPolicy: 'Always' };
const { id: _, ...NO_IMAGE } = WANTED;

const RUNS: TaskState = { status: 'running', pid: 7 };
const ENDED: TaskState = { status: 'stopped', pid: 7, exitCode: 1 };

function instance(id: string, task?: TaskState, labels: Record<string, string> = {}): InstanceState {
  return {
    id,
    owner: { kind: 'Container', namespace: 'default', name: 'web', uid: UID },
    labels: { [SPEC_HASH_LABEL]: id.slice(UID.length + 1), [IMAGE_LABEL]: 'app', [RESOURCES_LABEL]: '{}', ...labels },
    ...(task === undefined ? {} : { task }),
  };
}

const written = (id: string, rest: Observed['status'] = {}): Observed['status'] => ({
  containerID: `containerd://${id}`,
  ...rest,
});
const running = (id: string, pid = 7): Observed['status'] => written(id, { pid, state: { running: {} } });
const ended = (id: string, exitCode: number, rest: Observed['status'] = {}): Observed['status'] =>
  written(id, { state: { terminated: { containerID: `containerd://${id}`, exitCode } }, ...rest });
const waits = (id: string, crashCount: number, rest: Observed['status'] = {}): Observed['status'] =>
  written(id, {
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { containerID: `containerd://${id}`, exitCode: 1, reason: 'Error' } },
    crashCount,
    ...rest,
  });

const render = (steps: readonly Step[]): string =>
  steps
    .map((step) => `${step.type}${'id' in step ? ` ${step.id.slice(UID.length + 1)}` : ''}: ${step.cause}`)
    .join('\n');

interface Row {
  readonly wanted?: Wanted;
  readonly instances?: readonly InstanceState[];
  readonly status?: Observed['status'];
  readonly failure?: NonNullable<Observed['failure']>;
  readonly steps: string;
}

const unwell = (id: string, pid = 7): NonNullable<Observed['failure']> => ({
  id,
  pid,
  reason: 'Unhealthy',
  check: 'livenessProbe',
  message: 'HTTP 500',
});
const ENDING = { pid: 7, reason: 'Unhealthy', check: 'livenessProbe', message: 'HTTP 500' };
const HOLD = { type: 'waiting', reason: 'DependencyNotReady', message: 'Container db is not ready' } as const;
const RESTART = { reason: 'ConfigurationChanged', message: 'the content of /site changed' };

const ROWS: Readonly<Record<string, Row>> = {
  'nothing is there, and something is to come first': {
    wanted: { ...WANTED, hold: HOLD },
    steps: 'AwaitDependencies: Container db is not ready',
  },
  'a former one runs, and something is to come first': {
    wanted: { ...WANTED, hold: HOLD },
    instances: [instance(OLD, RUNS)],
    status: running(OLD),
    steps: 'AwaitDependencies: Container db is not ready',
  },
  'it crashed, and something is to come first': {
    wanted: { ...WANTED, hold: HOLD },
    instances: [instance(NEW)],
    status: waits(NEW, 0),
    steps: 'Start new: its last run ended: Error',
  },
  'it runs, and something is to come first': {
    wanted: { ...WANTED, hold: HOLD },
    instances: [instance(NEW, RUNS)],
    status: running(NEW),
    steps: '',
  },
  'it runs and is to be started again': {
    wanted: { ...WANTED, restart: RESTART },
    instances: [instance(NEW, RUNS)],
    status: running(NEW),
    steps: 'Restart new: the content of /site changed',
  },
  'a daemon died while it was to be started again': {
    instances: [instance(NEW, RUNS)],
    status: { ...running(NEW), restarting: RESTART },
    steps: 'Restart new: the content of /site changed',
  },
  'another process runs already than the one that was to be started again': {
    instances: [instance(NEW, RUNS)],
    status: { ...running(NEW, 6), restarting: RESTART },
    steps: 'Adopt new: it runs, and status does not say so',
  },
  'nothing is there': { steps: 'Create new: it never ran\nStart new: it never ran' },
  'nothing is there, and no image': { wanted: NO_IMAGE, steps: 'AwaitImage: the image is not here yet' },
  'it runs, and status says so': { instances: [instance(NEW, RUNS)], status: running(NEW), steps: '' },
  'it runs, and no image is known any more': {
    wanted: NO_IMAGE,
    instances: [instance(NEW, RUNS)],
    status: running(NEW),
    steps: '',
  },
  'it is paused': { instances: [instance(NEW, { status: 'paused', pid: 7 })], status: running(NEW), steps: '' },
  'it runs, and status knows nothing': {
    instances: [instance(NEW, RUNS)],
    steps: 'Adopt new: it runs, and status does not say so',
  },
  'it runs under another pid': {
    instances: [instance(NEW, RUNS)],
    status: running(NEW, 6),
    steps: 'Adopt new: it runs, and status does not say so',
  },
  'it was created and has no process': { instances: [instance(NEW)], steps: 'Start new: it never ran' },
  'its task was made and not started': {
    instances: [instance(NEW, { status: 'created', pid: 7 })],
    steps: 'Start new: it never ran',
  },
  'its process ended': {
    instances: [instance(NEW, ENDED)],
    status: running(NEW),
    steps: 'RecordExit new: its process ended with code 1',
  },
  'its process vanished': {
    instances: [instance(NEW)],
    status: running(NEW),
    steps: 'RecordLoss new: its process vanished without an exit status',
  },
  'its container vanished': {
    status: running(NEW),
    steps: 'RecordLoss new: its container was deleted behind our back',
  },
  'its shim is gone': {
    instances: [instance(NEW, { status: 'unknown', pid: 7 })],
    status: running(NEW),
    steps: 'RecordLoss new: its process vanished without an exit status',
  },
  'its shim is gone, which is written down': {
    instances: [instance(NEW, { status: 'unknown', pid: 7 })],
    status: waits(NEW, 0),
    steps: 'Delete new: the runtime has lost touch with its process',
  },
  'its limits changed': {
    instances: [instance(NEW, RUNS, { [RESOURCES_LABEL]: '{"pids":9}' })],
    status: running(NEW),
    steps: 'UpdateResources new: spec.resources changed',
  },
  'its image has another name': {
    instances: [instance(NEW, RUNS, { [IMAGE_LABEL]: 'other' })],
    status: running(NEW),
    steps: 'Relabel new: the same image has another name',
  },
  'it is not well': {
    instances: [instance(NEW, RUNS, { [RESOURCES_LABEL]: '{"pids":9}' })],
    status: running(NEW),
    failure: unwell(NEW),
    steps: 'Condemn new: livenessProbe failed: HTTP 500',
  },
  'it was not well, and that is written down': {
    instances: [instance(NEW, RUNS)],
    status: { ...running(NEW), ending: ENDING },
    steps: 'Stop new: livenessProbe failed: HTTP 500',
  },
  'a former process was not well': {
    instances: [instance(NEW, { ...RUNS, pid: 8 })],
    status: { ...running(NEW, 8), ending: ENDING },
    failure: unwell(NEW),
    steps: '',
  },
  'another spec runs and is not well, and the image is not here': {
    wanted: NO_IMAGE,
    instances: [instance(OLD, RUNS)],
    status: running(OLD),
    failure: unwell(OLD),
    steps: 'Condemn old: livenessProbe failed: HTTP 500',
  },
  'another spec runs': {
    instances: [instance(OLD, RUNS)],
    status: running(OLD),
    steps: 'Stop old: the spec or the image changed',
  },
  'another spec runs, and the image is not here': {
    wanted: NO_IMAGE,
    instances: [instance(OLD, RUNS)],
    status: running(OLD),
    steps: 'AwaitImage: the image is not here yet',
  },
  'the same spec runs with another image, and the new one is not here': {
    wanted: NO_IMAGE,
    instances: [instance(NEW, RUNS, { [IMAGE_LABEL]: 'other' })],
    status: running(NEW),
    steps: 'AwaitImage: the image is not here yet',
  },
  'another spec ended': {
    instances: [instance(OLD, ENDED)],
    status: running(OLD),
    steps: 'RecordExit old: its process ended with code 1',
  },
  'another spec is left': {
    instances: [instance(OLD)],
    status: waits(OLD, 0),
    steps: 'Delete old: the spec or the image changed',
  },
  'both run': {
    instances: [instance(OLD, RUNS), instance(NEW, { ...RUNS, pid: 8 })],
    status: running(NEW, 8),
    steps: 'Stop old: the spec or the image changed',
  },
  'without an image, the one that runs counts': {
    wanted: NO_IMAGE,
    instances: [
      instance(`${UID}-one`, undefined, { [SPEC_HASH_LABEL]: 'new' }),
      instance(`${UID}-two`, RUNS, { [SPEC_HASH_LABEL]: 'new' }),
    ],
    status: running(`${UID}-two`),
    steps: 'Delete one: the spec or the image changed',
  },
  'it failed and has to wait': {
    instances: [instance(NEW)],
    status: waits(NEW, 3, { nextStartTime: '2026-01-01T00:00:01.000000Z' }),
    steps: 'BackOff: it failed 3 times in a row',
  },
  'it failed and waited': {
    instances: [instance(NEW)],
    status: waits(NEW, 3, { nextStartTime: '2026-01-01T00:00:00.000000Z' }),
    steps: 'Start new: its last run ended: Error',
  },
  'another spec failed and has to wait': {
    status: waits(OLD, 3, { nextStartTime: '2026-01-01T00:00:09.000000Z' }),
    steps: 'Create new: the spec or the image changed\nStart new: the spec or the image changed',
  },
  'it ended well, once and for all': {
    wanted: { ...WANTED, restartPolicy: 'OnFailure' },
    instances: [instance(NEW)],
    status: ended(NEW, 0),
    steps: '',
  },
  'it ended badly, once and for all': {
    wanted: { ...WANTED, restartPolicy: 'Never' },
    status: ended(NEW, 1),
    steps: '',
  },
  'it ended, and another run is wanted now': {
    instances: [instance(NEW)],
    status: ended(NEW, 0),
    steps: 'Start new: its last run ended: unknown',
  },
  'it ended, and another spec is wanted now': {
    wanted: { ...WANTED, restartPolicy: 'Never' },
    status: ended(OLD, 0),
    steps: 'Create new: the spec or the image changed\nStart new: the spec or the image changed',
  },
  'it waits for a run that nobody wants any more': {
    wanted: { ...WANTED, restartPolicy: 'Never' },
    instances: [instance(NEW)],
    status: waits(NEW, 2, { nextStartTime: '2026-01-01T00:00:09.000000Z' }),
    steps: 'Finish new: restartPolicy asks for no other run',
  },
  'it was stopped for another spec, and is wanted again': {
    wanted: { ...WANTED, restartPolicy: 'Never' },
    instances: [instance(NEW)],
    status: waits(NEW, 0),
    steps: 'Start new: its last run ended: Error',
  },
};

for (const [title, { wanted = WANTED, instances = [], status = {}, failure, steps }] of Object.entries(ROWS)) {
  test(`${title}: ${steps === '' ? 'nothing to do' : steps.replaceAll('\n', ', ')}`, (t) => {
    t.is(render(plan(wanted, { now: NOW, instances, status, ...(failure === undefined ? {} : { failure }) })), steps);
  });
}
