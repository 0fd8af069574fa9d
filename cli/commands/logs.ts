import { container } from '../../schemas/definitions/container.ts';
import { parseTime } from '../../schemas/values/time.ts';
import type { Session } from '../connect/session.ts';
import { CommandError, UsageError } from '../errors.ts';
import { refOf } from '../kinds/directory.ts';
import { containerName } from '../resources/container-name.ts';
import { defineCommand } from './command.ts';
import { buildNames } from './logs/build-names.ts';
import { logsFlags, type LogsValues } from './logs/flags.ts';
import { showLogs } from './logs/show-logs.ts';

export const logs = defineCommand({
  name: 'logs',
  usage: ['NAME', 'container/NAME', '-l LABELS', 'build/NAME'],
  description: "Show a container's output, or how a build went.",
  examples: [
    'tsmoby logs web -f',
    'tsmoby logs web --tail=20 --timestamps',
    'tsmoby logs web --previous',
    'tsmoby logs -l app=shop -f --prefix',
    'tsmoby logs build/app -f',
    'tsmoby logs build/app --build=3',
  ],
  flags: logsFlags,
  async run(call) {
    const { flags, args, given } = call;
    checkFlags(flags, args);
    const builds = buildNames(args, given);
    const session = await call.session();
    if (builds !== undefined) {
      const { showBuildLogs } = await import('./logs/show-build-logs.ts');
      return await showBuildLogs(call, session, builds);
    }
    const names =
      flags.selector === undefined
        ? args.map((arg) => containerName(arg, 'logs'))
        : await selectedNames(session, flags);
    if (flags.follow && names.length > flags['max-log-requests'])
      throw new CommandError(
        `you are attempting to follow ${String(names.length)} log streams, but maximum allowed concurrency is ${String(flags['max-log-requests'])}, use --max-log-requests to increase the limit`,
      );
    return await showLogs(call, session, names);
  },
});

function checkFlags(flags: LogsValues, args: readonly string[]): void {
  if (flags.selector !== undefined && args.length > 0)
    throw new UsageError('only a selector (-l) or a container name is allowed');
  if (flags.selector === undefined && args.length === 0)
    throw new UsageError('you must name a container: tsmoby logs NAME');
  if (flags.since !== undefined && flags['since-time'] !== undefined)
    throw new UsageError('at most one of --since and --since-time may be used');
  if (flags.since !== undefined && flags.since <= 0) throw new UsageError('--since must be greater than 0');
  if (flags.tail !== undefined && flags.tail < -1) throw new UsageError('--tail must be greater than or equal to -1');
  if (flags['limit-bytes'] !== undefined && flags['limit-bytes'] <= 0)
    throw new UsageError('--limit-bytes must be greater than 0');
  const time = flags['since-time'];
  if (time !== undefined && parseTime(time) === undefined)
    throw new UsageError(`--since-time ${time}: write it like 2026-01-31T12:00:00Z`);
}

async function selectedNames(
  { client, namespace }: Session,
  { selector = '' }: LogsValues,
): Promise<readonly string[]> {
  const { items } = await client.list(refOf(container), { namespace, labelSelector: selector });
  if (items.length === 0)
    throw new CommandError(`no resources found in ${namespace} namespace with labels ${selector}`);
  return items.map(({ metadata }) => metadata.name);
}
