import { connectionFlags } from '../connect/flags.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { parseFormat } from '../output/format.ts';
import { fileFlags, selectorFlags } from '../resources/flags.ts';
import { targetsOf } from '../resources/targets.ts';
import { defineCommand } from './command.ts';
import { deleteTargets } from './delete/delete-targets.ts';

const deleteFlags = {
  ...fileFlags,
  ...selectorFlags,
  ...connectionFlags,
  all: { type: 'boolean', help: 'All objects of the kind in the namespace.' },
  wait: { type: 'boolean', default: true, help: 'Wait until the objects are really gone.' },
  timeout: {
    type: 'duration',
    value: 'TIME',
    default: 0,
    help: 'Give up waiting after this time; 0 waits as long as it takes.',
  },
  cascade: {
    type: 'text',
    value: 'HOW',
    choices: ['background', 'foreground', 'orphan', 'true', 'false'],
    default: 'background',
    bare: 'background',
    help: 'What becomes of objects that belong to the deleted one: they go after it (background), before it (foreground), or stay (orphan).',
  },
  'grace-period': {
    type: 'integer',
    value: 'SECONDS',
    default: -1,
    help: 'Time that a process gets to end by itself; negative: as the object says.',
  },
  now: { type: 'boolean', help: 'The same as --grace-period=1.' },
  force: { type: 'boolean', help: 'With --grace-period=0: end it at once.' },
  'ignore-not-found': { type: 'boolean', help: 'Objects that are not there are no error.' },
  'dry-run': {
    type: 'text',
    value: 'HOW',
    choices: ['none', 'server'],
    default: 'none',
    help: 'server: only say what would be deleted.',
  },
  output: { type: 'text', short: 'o', value: 'FORMAT', help: 'name: print names alone.' },
} as const satisfies Flags;

export const deleteCommand = defineCommand({
  name: 'delete',
  usage: ['KIND NAME…', 'KIND/NAME…', 'KIND -l LABELS', 'KIND --all', '-f FILE'],
  description: 'Delete objects, and wait until they and what they held are really gone.',
  examples: [
    'tsmoby delete container web',
    'tsmoby delete -f samples/quickstart',
    'tsmoby delete containers -l app=shop --wait=false',
  ],
  flags: deleteFlags,
  async run(call) {
    const { flags, args } = call;
    const byFile = flags.filename.length > 0;
    if (args.length === 0 && !byFile)
      throw new UsageError('you must name what to delete: KIND NAME, KIND/NAME, or -f FILE');
    if (flags.now && flags['grace-period'] >= 0)
      throw new UsageError('--now and --grace-period cannot be specified together');
    if (flags.force && flags['grace-period'] > 0)
      throw new UsageError('--force and --grace-period greater than 0 cannot be specified together');
    const { output } = parseDeleteOutput(flags.output);
    const session = await call.session();
    const targets = await targetsOf(call, session);
    const selected = flags.all || flags.selector !== undefined || flags['field-selector'] !== undefined;
    if (!selected && targets.some(({ names }) => names.length === 0))
      throw new UsageError('resource(s) were provided, but no name was specified: name objects, or use -l or --all');
    return await deleteTargets(call, session, targets, {
      namesOnly: output === 'name',
      propagationPolicy: policies[flags.cascade as keyof typeof policies],
      gracePeriodSeconds: gracePeriod(flags),
    });
  },
});

const policies = {
  background: 'Background',
  true: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
  false: 'Orphan',
} as const;

function parseDeleteOutput(text: string | undefined): { readonly output: 'name' | undefined } {
  return { output: parseFormat(text, ['name']).type === 'name' ? 'name' : undefined };
}

/** As kubectl sends it: `--grace-period=0` alone is a polite one second. */
function gracePeriod(flags: {
  readonly now: boolean;
  readonly force: boolean;
  readonly 'grace-period': number;
}): number | undefined {
  if (flags.now) return 1;
  const seconds = flags['grace-period'];
  if (flags.force) return 0;
  if (seconds === 0) return 1;
  return seconds < 0 ? undefined : seconds;
}
