import { connectionFlags } from '../connect/flags.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { note, print } from '../io.ts';
import { errorLines } from '../output/error-lines.ts';
import { renderSheet } from '../output/sheet.ts';
import { fileFlags, selectorFlags } from '../resources/flags.ts';
import { targetsOf } from '../resources/targets.ts';
import { defineCommand } from './command.ts';
import { findDescribed } from './describe/find.ts';
import { sheetOf } from './describe/sheet-of.ts';

const describeFlags = {
  ...fileFlags,
  ...selectorFlags,
  ...connectionFlags,
  'show-events': { type: 'boolean', default: true, help: 'What happened to it.' },
} as const satisfies Flags;

export const describe = defineCommand({
  name: 'describe',
  usage: ['KIND [NAME…]', 'KIND/NAME…', 'KIND -l LABELS', '-f FILE'],
  description: 'Show objects in full: what is wanted, what is there, why it is so, and what happened.',
  examples: [
    'tsmoby describe container web',
    'tsmoby describe image/busybox',
    'tsmoby describe containers -l app=shop',
  ],
  flags: describeFlags,
  async run(call) {
    const { flags, args, io } = call;
    if (args.length === 0 && flags.filename.length === 0)
      throw new UsageError('you must name what to describe: KIND NAME, KIND/NAME or -f FILE');
    const session = await call.session();
    const { found, errors, noneFound } = await findDescribed(session, await targetsOf(call, session), flags);
    const width = io.stdout.isTTY === true ? io.stdout.columns : undefined;
    for (const [at, { object, kind }] of found.entries()) {
      const rows = await sheetOf(session, object, kind, { now: io.now(), events: flags['show-events'] });
      await print(io.stdout, (at > 0 ? '\n\n' : '') + renderSheet(rows, width));
    }
    for (const error of errors) for (const line of errorLines(error, session.where)) note(io, line);
    if (found.length === 0 && errors.length === 0) note(io, noneFound);
    return errors.length > 0 ? 1 : 0;
  },
});
