import type { Flags } from '../flags/flags.ts';

/** `-f` and `-R`. */
export const fileFlags = {
  filename: {
    type: 'texts',
    short: 'f',
    value: 'FILE',
    help: 'File, directory, URL, or - for standard input. May be given several times.',
  },
  recursive: { type: 'boolean', short: 'R', help: 'With a directory: those below it too.' },
} as const satisfies Flags;

/** Which objects of a kind. */
export const selectorFlags = {
  selector: {
    type: 'text',
    short: 'l',
    value: 'LABELS',
    help: 'Only objects with these labels: a=b,c!=d,e in (x,y),!f.',
  },
  'field-selector': {
    type: 'text',
    value: 'FIELDS',
    help: 'Only objects with these fields: metadata.name=web, status.phase!=Running.',
  },
  'all-namespaces': { type: 'boolean', short: 'A', help: 'In all namespaces.' },
} as const satisfies Flags;
