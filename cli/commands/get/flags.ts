import { connectionFlags } from '../../connect/flags.ts';
import type { FlagValues, Flags } from '../../flags/flags.ts';
import { fileFlags, selectorFlags } from '../../resources/flags.ts';

/** Flags of `get`. */
export const getFlags = {
  ...fileFlags,
  ...selectorFlags,
  ...connectionFlags,
  output: {
    type: 'text',
    short: 'o',
    value: 'FORMAT',
    help: 'wide, yaml, json, name, jsonpath=TEMPLATE, custom-columns=HEADER:PATH,…',
  },
  watch: { type: 'boolean', short: 'w', help: 'Show the objects, and then every change.' },
  'watch-only': { type: 'boolean', help: 'Show changes only.' },
  'output-watch-events': { type: 'boolean', help: 'With --watch: say what kind of change it was.' },
  'no-headers': { type: 'boolean', help: 'Leave the line of column names out.' },
  'show-labels': { type: 'boolean', help: 'Labels as the last column.' },
  'label-columns': {
    type: 'texts',
    short: 'L',
    value: 'KEYS',
    commas: true,
    help: 'A column for each of these labels.',
  },
  'sort-by': { type: 'text', value: 'PATH', help: "Sort by the value at this path: '{.metadata.creationTimestamp}'." },
  'show-managed-fields': { type: 'boolean', help: 'Show metadata.managedFields with -o yaml and json.' },
  'ignore-not-found': { type: 'boolean', help: 'Objects that are not there are no error.' },
  'chunk-size': {
    type: 'integer',
    value: 'N',
    default: 500,
    help: 'Objects asked for in one request; 0 asks for all.',
  },
} as const satisfies Flags;

export type GetValues = FlagValues<typeof getFlags>;
