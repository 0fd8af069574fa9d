import { connectionFlags } from '../../connect/flags.ts';
import type { Flags } from '../../flags/flags.ts';
import { fileFlags } from '../../resources/flags.ts';

/** Flags of `apply`. */
export const applyFlags = {
  ...fileFlags,
  ...connectionFlags,
  'force-conflicts': { type: 'boolean', help: 'Take over fields that others have set.' },
  'dry-run': {
    type: 'text',
    value: 'HOW',
    choices: ['none', 'server'],
    default: 'none',
    help: 'server: let the server check everything, and store nothing.',
  },
  prune: {
    type: 'boolean',
    help: 'With --applyset: delete what was applied as this set before, and is not in the files any more.',
  },
  applyset: {
    type: 'text',
    value: 'PARENT',
    help: '[KIND[.GROUP]/]NAME of the object that holds the set together: a Secret (made when it is not there) unless said, or a ConfigMap.',
  },
  plan: {
    type: 'text',
    value: 'FILE',
    bare: '',
    help: 'Do what "tsmoby diff -o plan=FILE" has written down, or nothing when something else would happen now. Without FILE, with --dry-run=server: show which fields would change, and what would follow.',
  },
  'field-manager': { type: 'text', value: 'NAME', default: 'tsmoby', help: 'Who owns the fields that are applied.' },
  'server-side': { type: 'boolean', default: true, help: 'Let the server merge. There is no other way here.' },
  wait: {
    type: 'boolean',
    help: 'Wait until all objects are as the files say, and show meanwhile what each is about.',
  },
  timeout: { type: 'duration', value: 'TIME', default: 300_000, help: 'With --wait: give up after this time (5m).' },
  output: { type: 'text', short: 'o', value: 'FORMAT', help: 'name, json or yaml: show the objects as they are now.' },
  'show-managed-fields': { type: 'boolean', help: 'Show metadata.managedFields with -o yaml and json.' },
} as const satisfies Flags;
