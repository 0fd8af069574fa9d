import { UsageError } from '../errors.ts';
import { parseFormat } from '../output/format.ts';
import { targetsOf } from '../resources/targets.ts';
import { defineCommand } from './command.ts';
import { getFlags } from './get/flags.ts';

export const get = defineCommand({
  name: 'get',
  usage: ['KIND[,KIND…] [NAME…]', 'KIND/NAME…', '-f FILE'],
  description: 'Show objects. `all` stands for the kinds that people look at most.',
  examples: [
    'tsmoby get containers',
    'tsmoby get ctr,images -o wide',
    'tsmoby get all -A',
    'tsmoby get container/web -o yaml',
    'tsmoby get containers -l app=shop -w',
    "tsmoby get containers -o jsonpath='{.items[*].status.pid}'",
  ],
  flags: getFlags,
  async run(call) {
    const { flags, args } = call;
    const format = parseFormat(flags.output);
    if (args.length === 0 && flags.filename.length === 0)
      throw new UsageError('you must specify the kind of object to get: see "tsmoby api-resources" for all of them');
    const session = await call.session();
    const targets = await targetsOf(call, session);
    if (flags.watch || flags['watch-only']) {
      const { watchTargets } = await import('./get/watch.ts');
      return await watchTargets(call, session, targets, format);
    }
    if (format.type === 'table') {
      const { showTables } = await import('./get/tables.ts');
      return await showTables(call, session, targets, format.wide);
    }
    const { showObjects } = await import('./get/objects.ts');
    return await showObjects(call, session, targets, format);
  },
});
