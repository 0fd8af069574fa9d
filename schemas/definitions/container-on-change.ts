/** What a changed ConfigMap or Secret does to a Container that uses it. */
import type { StructuralSchema, ValidationRule } from '../structural/schema.ts';
import { atomicList, object, string } from './fragments.ts';
import { signal } from './signal.ts';

const exec = object(
  'Action Exec: the command, in the container.',
  { command: atomicList('The command and its arguments; no shell.', { type: 'string' }, { minItems: 1 }) },
  { required: ['command'] },
);

export const mountOnChange: StructuralSchema = object(
  'What follows when the content of a ConfigMap or Secret changed, after its new files are in place.',
  {
    action: string(
      'None: the process sees the new files. Signal: it gets a signal. Exec: a command is run in it. Restart: its process is started again. Recreate: as after a changed spec; the old one is always stopped first, also with StartFirst.',
      { enum: ['None', 'Signal', 'Exec', 'Restart', 'Recreate'], default: 'None' },
    ),
    signal: signal('Action Signal: name or number; default SIGHUP.'),
    exec,
  },
  {
    'x-kubernetes-validations': [
      {
        rule: "has(self.exec) == (has(self.action) && self.action == 'Exec')",
        message: 'action Exec and exec go together',
        fieldPath: '.exec',
      },
      {
        rule: "!has(self.signal) || (has(self.action) && self.action == 'Signal')",
        message: 'a signal is for action Signal',
        fieldPath: '.signal',
      },
    ],
  },
);

/** Of one mount: what a subPath shows is as old as the process, so there is nothing to tell it. */
export const subPathOnChange: ValidationRule = {
  rule: "!has(self.subPath) || self.subPath == '' || !has(self.onChange) || !has(self.onChange.action) || self.onChange.action in ['None', 'Restart', 'Recreate']",
  message: 'with a subPath, which does not follow changes, only None, Restart and Recreate are of use',
  fieldPath: '.onChange',
};

/** Of a whole spec: nothing tells of changes in other volumes. */
export const onChangeSource: ValidationRule = {
  rule: "!has(self.volumes) || !has(self.volumeMounts) || [self.volumes.filter(v, !has(v.configMap) && !has(v.secret)).map(v, v.name)].all(others, self.volumeMounts.all(m, !has(m.onChange) || !has(m.onChange.action) || m.onChange.action == 'None' || !(m.name in others)))",
  message: 'onChange needs a configMap or secret volume',
  fieldPath: '.volumeMounts',
};

export const envOnChange: StructuralSchema = object(
  'What follows when a ConfigMap or Secret changed that `env` or `envFrom` refer to. A running process never sees new variables.',
  {
    action: string(
      'None: the next start uses them. Restart: its process is started again. Recreate: as after a changed spec; the old one is always stopped first, also with StartFirst.',
      { enum: ['None', 'Restart', 'Recreate'], default: 'None' },
    ),
  },
);

/** What status remembers for the process that runs, so that each change is acted on once. */
export const onChangeStatus = {
  configuration: atomicList(
    'The content of ConfigMaps and Secrets that the process was told of last, where a change of it has a consequence.',
    object(
      'One place.',
      {
        source: string('The path of a mount, or env:<kind>/<name>.'),
        hash: string('Of the content. Empty: nothing was there.'),
      },
      { required: ['source', 'hash'] },
    ),
    { maxItems: 1300 },
  ),
  configurationHash: string(
    'Of the content of ConfigMaps and Secrets for which the instance was made anew; action Recreate.',
  ),
  restarting: object('It is being stopped on purpose, and started again then.', {
    reason: string('Why: ConfigurationChanged, DependencyRestarted, …'),
    message: string('More about it.'),
  }),
};
