import { connectionFlags } from '../connect/flags.ts';
import type { Flags } from '../flags/flags.ts';

/** Flags of every command that changes objects by hand. */
export const writeFlags = {
  ...connectionFlags,
  'dry-run': {
    type: 'text',
    value: 'HOW',
    choices: ['none', 'server'],
    default: 'none',
    help: 'server: let the server check everything, and store nothing.',
  },
  output: { type: 'text', short: 'o', value: 'FORMAT', help: 'name, json or yaml: show the object as it is now.' },
  'show-managed-fields': { type: 'boolean', help: 'Show metadata.managedFields with -o yaml and json.' },
} as const satisfies Flags;
