import { connectionFlags } from '../../connect/flags.ts';
import type { Flags } from '../../flags/flags.ts';
import { fileFlags } from '../../resources/flags.ts';

/** Flags of `diff`: those of the `apply` that it foretells. */
export const diffFlags = {
  ...fileFlags,
  ...connectionFlags,
  'force-conflicts': { type: 'boolean', help: 'Compare as if fields that others have set were taken over.' },
  'field-manager': { type: 'text', value: 'NAME', default: 'tsmoby', help: 'Who would own the fields.' },
  'server-side': { type: 'boolean', default: true, help: 'Let the server merge. There is no other way here.' },
  'show-managed-fields': { type: 'boolean', help: 'Compare metadata.managedFields, too.' },
  output: {
    type: 'text',
    short: 'o',
    value: 'FORMAT',
    help: 'json or yaml: one document for scripts, see docs/plans.md. plan=FILE: keep the plan for apply --plan, too.',
  },
  concurrency: { type: 'integer', value: 'NUMBER', default: 16, help: 'How many objects are asked for at once.' },
} as const satisfies Flags;
