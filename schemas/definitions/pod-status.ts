/** What the view of a Container says in core/v1 PodStatus. */
import type { StructuralSchema } from '../structural/schema.ts';
import { boolean, integer, keyedList, object, string } from './fragments.ts';
import { time } from './object-meta.ts';

const terminated = (description: string): StructuralSchema =>
  object(description, {
    exitCode: integer('0 to 255; 128 + n after signal n.', { format: 'int32' }),
    signal: integer('The signal that ended it, if one did.', { format: 'int32' }),
    reason: string('Completed, Error, OOMKilled, …'),
    message: string('Its termination message, or what is known.'),
    startedAt: time('When the process started.', { nullable: true }),
    finishedAt: time('When it ended.', { nullable: true }),
    containerID: string('The instance: containerd://<id>.'),
  });

const state = (description: string): StructuralSchema =>
  object(description, {
    waiting: object('It does not run, and will.', {
      reason: string('Why: ContainerCreating, ImagePullBackOff, CrashLoopBackOff, …'),
      message: string('More about it.'),
    }),
    running: object('It runs.', { startedAt: time('Since when.', { nullable: true }) }),
    terminated: terminated('It has ended.'),
  });

const containerStatus = object(
  'How the container is.',
  {
    name: string('The name of the Container.'),
    state: state('The present run; one of these.'),
    lastState: state('The run before; only `terminated`.'),
    ready: boolean('It runs and is Ready.'),
    restartCount: integer('How many times a process was started after the first.', { format: 'int32' }),
    image: string('The reference that was asked for.'),
    imageID: string('Digest of the image that runs.'),
    containerID: string('The instance: containerd://<id>.'),
    started: boolean('A process runs.'),
  },
  { required: ['name'] },
);

const condition = object(
  'One aspect of the state.',
  {
    type: string('PodScheduled, Initialized, ContainersReady or Ready.'),
    status: string('True, False or Unknown.'),
    observedGeneration: integer('The generation that was looked at.'),
    lastProbeTime: time('Not used.', { nullable: true }),
    lastTransitionTime: time('When status changed last.', { nullable: true }),
    reason: string('Why, in one CamelCase word.'),
    message: string('More about it, for a person.'),
  },
  { required: ['type'] },
);

export const podStatus: StructuralSchema = object('What is really there.', {
  observedGeneration: integer('The generation of the Container that this tells of.'),
  phase: string('Pending, Running, Succeeded, Failed or Unknown.'),
  reason: string('Why it is in this phase, in one CamelCase word.'),
  message: string('More about it, for a person.'),
  conditions: keyedList('PodScheduled, Initialized, ContainersReady and Ready.', ['type'], condition),
  startTime: time('When the Container was made.', { nullable: true }),
  hostIP: string('Address of this machine.'),
  podIP: string('Address of the container, where it has one.'),
  podIPs: keyedList(
    'That address, and the one of the other family.',
    ['ip'],
    object('One address.', { ip: string('The address.') }, { required: ['ip'] }),
  ),
  qosClass: string('Guaranteed, Burstable or BestEffort, from requests and limits.'),
  containerStatuses: keyedList('One entry.', ['name'], containerStatus),
});
