import { progressFlag } from '../../builds/progress-flag.ts';
import { connectionFlags } from '../../connect/flags.ts';
import type { Flags, FlagValues } from '../../flags/flags.ts';

/** Flags of `logs`. */
export const logsFlags = {
  ...connectionFlags,
  selector: { type: 'text', short: 'l', value: 'LABELS', help: 'Of all containers with these labels.' },
  follow: {
    type: 'boolean',
    short: 'f',
    help: 'Go on with what comes, until Ctrl-C; survives a restart of the daemon.',
  },
  tail: { type: 'integer', value: 'N', help: 'Only the last N lines; -1 is all. Default: all, with -l the last 10.' },
  since: { type: 'duration', value: 'TIME', help: 'Only lines younger than this (5s, 2m, 3h).' },
  'since-time': { type: 'text', value: 'TIME', help: 'Only lines after this time (2026-01-31T12:00:00Z).' },
  timestamps: { type: 'boolean', help: 'The time before each line.' },
  previous: { type: 'boolean', short: 'p', help: 'Of the run before the present one.' },
  'limit-bytes': { type: 'integer', value: 'N', help: 'No more than so many bytes.' },
  prefix: { type: 'boolean', help: "The container's name before each line." },
  build: { type: 'integer', value: 'N', help: 'Of a build: that of this number. Default: the newest.' },
  progress: { ...progressFlag, help: `Of a build. ${progressFlag.help} Without -f auto is plain.` },
  'ignore-errors': { type: 'boolean', help: 'Of several containers, go on with the others when one fails.' },
  'max-log-requests': {
    type: 'integer',
    value: 'N',
    default: 50,
    help: 'With -l and -f: the most containers at once.',
  },
} as const satisfies Flags;

export type LogsValues = FlagValues<typeof logsFlags>;
