/** What a Container waits for, and how a change of it is rolled out. */
import type { StructuralSchema, ValidationRule } from '../structural/schema.ts';
import { atomicList, boolean, integer, keyedList, object, string } from './fragments.ts';

export const dependsOn: StructuralSchema = keyedList(
  'Objects of this namespace that come first. It is started when all conditions are met, and not stopped when one is no longer.',
  ['kind', 'name'],
  object(
    'One object.',
    {
      kind: string('Its kind.', { default: 'Container', pattern: '^[A-Z][A-Za-z0-9]*$', maxLength: 63 }),
      apiVersion: string('Its group and version; default is that of the kind of this name which tsmoby knows.', {
        maxLength: 317,
      }),
      name: string('Its name.', { minLength: 1, maxLength: 253 }),
      condition: string(
        'Started: it runs and has started. Ready: its condition Ready is True; of kinds without one, that it is there. Completed: it ended with success.',
        { enum: ['Started', 'Ready', 'Completed'], default: 'Ready' },
      ),
      restart: boolean('Restart this one whenever that one was started again.'),
    },
    { required: ['name', 'kind'] },
  ),
  { maxItems: 64 },
);

export const updateStrategy: StructuralSchema = object('What a change that needs another instance does.', {
  type: string(
    'Recreate: the old one is stopped, then the new one started. StartFirst: the new one must be ready before ports and names move to it and the old one is stopped.',
    { enum: ['Recreate', 'StartFirst'], default: 'Recreate' },
  ),
  onFailure: string(
    'When the new one is not ready in time. Revert: back to the last revision that was. Stop: leave it as it is.',
    { enum: ['Revert', 'Stop'], default: 'Revert' },
  ),
});

export const minReadySeconds = integer(
  'How long a new one must be ready without a break before it counts; default 0.',
  {
    format: 'int32',
    minimum: 0,
  },
);
export const progressDeadlineSeconds = integer('How long a change may take before it has failed; default 600.', {
  format: 'int32',
  minimum: 1,
});
export const revisionHistoryLimit = integer('How many old revisions are kept to go back to; default 10.', {
  format: 'int32',
  minimum: 0,
});
export const paused = boolean('Changes that need another instance wait until this is taken away.');

const startFirst =
  "has(self.updateStrategy) && has(self.updateStrategy.type) && self.updateStrategy.type == 'StartFirst'";
export const updateRules: readonly ValidationRule[] = [
  {
    rule: `!(${startFirst}) || !(has(self.hostNetwork) && self.hostNetwork && has(self.ports) && self.ports.size() > 0)`,
    message: "StartFirst: two instances cannot have one port of this machine's network",
    fieldPath: '.hostNetwork',
  },
  {
    rule: `!(${startFirst}) || !has(self.networks) || self.networks.all(n, !has(n.ip) && !has(n.ip6))`,
    message: 'StartFirst: two instances cannot have one address; leave ip and ip6 out',
    fieldPath: '.networks',
  },
  {
    rule: `!(${startFirst}) || !has(self.networkMode) || !self.networkMode.startsWith('container:')`,
    message: "StartFirst: two instances cannot serve in another container's network",
    fieldPath: '.networkMode',
  },
];

/** Of dependencies with `restart`: what was there when the process was started. */
export const dependencies = atomicList(
  'Which runs of the dependencies with `restart` there were when the process was started.',
  object(
    'One dependency.',
    {
      kind: string('Its kind.'),
      name: string('Its name.'),
      run: string('uid of the object and, of a Container, the number of its run. Empty: it was not there.'),
    },
    { required: ['kind', 'name', 'run'] },
  ),
  { maxItems: 64 },
);

const fieldNames = (description: string): StructuralSchema => atomicList(description, { type: 'string' });

/** How far a change has come. Names are those of ControllerRevisions. */
export const rolloutStatus: Readonly<Record<string, StructuralSchema>> = {
  currentRevision: string(
    'The revision that was ready last for as long as asked: what a change that fails goes back to.',
  ),
  updateRevision: string('The revision that the spec asks for.'),
  revision: integer('Number of updateRevision.'),
  observedRestart: string(
    'The annotation restartedAt that all of this was said after; a restart changes no generation.',
  ),
  rollout: object(
    'The change that is under way, or that failed. Absent when currentRevision is what the spec asks for.',
    {
      revision: string('The revision that is rolled out.'),
      generation: integer('The generation of the object with which it began.'),
      startedAt: string('When it began; its deadline counts from here.', { format: 'date-time' }),
      from: string('The instance that ran at its beginning: containerd://<id>.'),
      gap: string('Why the old one is stopped first, though StartFirst was asked for.'),
      readySince: string('Since when the new one is ready without a break.', { format: 'date-time' }),
      failure: string('Why it failed: ProgressDeadlineExceeded or RolledBack.'),
      message: string('More about the failure.'),
      reverted: boolean('currentRevision was put back in its place.'),
    },
  ),
  lastChange: object('Which fields the last change of the spec changed.', {
    generation: integer('The generation it made.'),
    inPlace: fieldNames('Fields that the running container follows.'),
    replacement: fieldNames('Fields that need another container.'),
  }),
};
