import type { KindDefinition } from '../kind-definition.ts';
import type { StructuralSchema } from '../structural/schema.ts';
import { containerSpec } from './container-spec.ts';
import { onChangeStatus } from './container-on-change.ts';
import { addressStatus, publishedPorts } from './container-network.ts';
import { startFirstStatus } from './container-start-first.ts';
import { dependencies, rolloutStatus } from './container-update.ts';
import { boolean, conditions, integer, object, observedGeneration, string } from './fragments.ts';

const run = (description: string): StructuralSchema =>
  object(description, {
    containerID: string('The instance: containerd://<id>.'),
    pid: integer('Process id of the container on this machine.'),
    exitCode: integer('0 to 255; 128 + n after signal n.', { format: 'int32' }),
    signal: integer('The signal that ended it, if one did.', { format: 'int32' }),
    reason: string('Completed, Error, OOMKilled, Killed, TaskLost, StartError, …'),
    message: string('Its termination message, or what is known.'),
    startedAt: string('When the process started.', { format: 'date-time' }),
    finishedAt: string('When it ended.', { format: 'date-time' }),
  });

/** What is told of one instance and its process. */
const instanceStatus = (): Readonly<Record<string, StructuralSchema>> => ({
  phase: string('Pending, Running, Succeeded, Failed or Unknown.', {
    enum: ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'],
  }),
  summary: string('Phase or the more telling reason, as `kubectl get pods` shows it.'),
  containerID: string('The instance: containerd://<id>.'),
  pid: integer('Process id on this machine while it runs.'),
  image: string('The reference that was asked for.'),
  imageID: string('Digest of the image that runs.'),
  restartCount: integer('How many times a process was started after the first.', { format: 'int32', minimum: 0 }),
  crashCount: integer('Failed runs in a row; sets the next delay.', { format: 'int32', minimum: 0 }),
  nextStartTime: string('Not before: the end of the back-off.', { format: 'date-time' }),
  started: boolean('A process runs, and has started: its hook has ended and its startupProbe succeeded.'),
  ready: boolean('It can serve: started, and its readinessProbe succeeds.'),
  postStarted: boolean('The hook after the start of the present process has ended well, and is not repeated.'),
  ending: object('Why the present process is being ended as a failed run.', {
    pid: integer('Process id on this machine.'),
    reason: string('Unhealthy or FailedPostStartHook.'),
    check: string('livenessProbe, startupProbe or postStart.'),
    message: string('What it answered.'),
    since: string('When that was decided.', { format: 'date-time' }),
  }),
  ...addressStatus,
  ...onChangeStatus,
  dependencies,
  logRun: integer('Number of the current log.', { format: 'int32', minimum: 0 }),
  state: object('The present run; one of these.', {
    waiting: object('Not running yet, or not at present.', {
      reason: string('Why: ImagePullBackOff, CrashLoopBackOff, …'),
      message: string('More about it.'),
    }),
    running: object('Running.', { startedAt: string('Since when.', { format: 'date-time' }) }),
    terminated: run('Ended, and not to be started again.'),
  }),
  lastState: object('The run before.', { terminated: run('How it ended.') }),
  resources: object('Limits that are in force.', {
    memoryBytes: integer('Memory limit in bytes.'),
    cpuMillis: integer('CPU limit in thousandths of a core.'),
    pids: integer('Limit of processes.'),
  }),
});

export const container: KindDefinition = {
  group: 'tsmoby.dev',
  version: 'v1alpha1',
  kind: 'Container',
  listKind: 'ContainerList',
  plural: 'containers',
  singular: 'container',
  shortNames: ['ctr'],
  categories: ['all', 'tsmoby'],
  scope: 'Namespaced',
  subresources: ['status'],
  builtin: false,
  finalizer: 'tsmoby.dev/container',
  placed: true,
  selectableFields: ['spec.nodeName', 'status.phase'],
  columns: [
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Status', type: 'string', jsonPath: '.status.summary' },
    { name: 'Restarts', type: 'integer', jsonPath: '.status.restartCount' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    { name: 'IP', type: 'string', jsonPath: '.status.ip', priority: 1 },
    { name: 'Image', type: 'string', jsonPath: '.status.image', priority: 1 },
    { name: 'PID', type: 'integer', jsonPath: '.status.pid', priority: 1 },
    { name: 'Exit', type: 'string', jsonPath: '.status.lastState.terminated.exitCode', priority: 1 },
    { name: 'Node', type: 'string', jsonPath: '.spec.nodeName', priority: 1 },
    { name: 'Container-ID', type: 'string', jsonPath: '.status.containerID', priority: 1 },
  ],
  schema: {
    type: 'object',
    description: 'One container that tsmoby keeps as it is described here.',
    required: ['spec'],
    properties: {
      metadata: { type: 'object' },
      spec: containerSpec,
      status: object('What is really there.', {
        observedGeneration,
        conditions,
        ...instanceStatus(),
        ports: publishedPorts,
        ...rolloutStatus,
        ...startFirstStatus(instanceStatus()),
      }),
    },
  },
};
