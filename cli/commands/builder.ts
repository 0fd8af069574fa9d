import { connectionFlags } from '../connect/flags.ts';
import { UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { ACTIONS, actionNamed } from './builder/actions.ts';
import { defineCommand } from './command.ts';

export const builderFlags = {
  ...connectionFlags,
  endpoint: {
    type: 'text',
    value: 'URL',
    help: 'create: where it is: unix:///path, docker:///path or tcp://host:port. Without it tsmoby runs one.',
  },
  all: { type: 'boolean', short: 'a', help: 'prune: what the builder itself put there, too.' },
  filter: {
    type: 'texts',
    value: 'FILTER',
    help: 'prune, du: only such records: type=regular, type=source.local, type=exec.cachemount, inuse, shared, description~=TEXT.',
  },
  force: { type: 'boolean', short: 'f', help: 'prune: do not ask whether to go on.' },
  'keep-storage': { type: 'text', value: 'SIZE', help: 'prune: so much may stay (10GB, 512Mi).' },
  'keep-duration': { type: 'duration', value: 'TIME', help: 'prune: what was used within this time stays (48h).' },
  verbose: { type: 'boolean', help: 'du: all that is known of each record.' },
  output: { type: 'text', short: 'o', value: 'FORMAT', help: 'ls, inspect, du: json or yaml.' },
  timeout: {
    type: 'duration',
    value: 'TIME',
    default: 120_000,
    help: 'prune, du: so long a builder may take to be started.',
  },
} as const satisfies Flags;

export const builder = defineCommand({
  name: 'builder',
  usage: ['ls', 'inspect [NAME]', 'du [NAME]', 'prune [NAME]', 'create NAME [--endpoint=URL]', 'rm NAME…'],
  description:
    'See builders and their caches, and make caches smaller. Without a name it is about the builder "default".',
  examples: [
    'tsmoby builder ls',
    'tsmoby builder inspect default',
    'tsmoby builder prune --keep-storage=10GB --keep-duration=48h',
    "tsmoby builder du --filter='type=exec.cachemount'",
    'tsmoby builder create far --endpoint=docker:///run/user/1000/docker.sock',
  ],
  flags: builderFlags,
  async run(call) {
    const [typed = '', ...names] = call.args;
    const action = actionNamed(typed);
    if (action === undefined) throw new UsageError(`you must say what to do: ${ACTIONS.join(', ')}`);
    const run = await action();
    return await run({ ...call, args: names });
  },
});
