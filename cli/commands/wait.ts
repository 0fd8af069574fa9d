import { connectionFlags } from '../connect/flags.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Flags } from '../flags/flags.ts';
import { note } from '../io.ts';
import { refOf, shownName } from '../kinds/directory.ts';
import { fileFlags, selectorFlags } from '../resources/flags.ts';
import { filterOf, targetsOf, type Target } from '../resources/targets.ts';
import { awaitObjects, type Awaited } from '../wait/await-objects.ts';
import { WaitView } from '../wait/progress/view.ts';
import { unmetLines } from '../wait/unmet-lines.ts';
import type { Session } from '../connect/session.ts';
import { defineCommand } from './command.ts';
import { parseGoal } from './wait/goal.ts';

const waitFlags = {
  ...fileFlags,
  ...selectorFlags,
  ...connectionFlags,
  all: { type: 'boolean', help: 'All objects of the kind in the namespace.' },
  for: {
    type: 'text',
    value: 'GOAL',
    help: "condition=NAME[=VALUE], jsonpath='{.path}'[=VALUE], create, delete. VALUE of a condition is True unless said.",
  },
  timeout: {
    type: 'duration',
    value: 'TIME',
    default: 30_000,
    help: 'Give up after this time (30s); 0 looks once, negative waits a week.',
  },
} as const satisfies Flags;

const WEEK_MS = 7 * 24 * 3600 * 1000;

export const wait = defineCommand({
  name: 'wait',
  usage: ['KIND/NAME… --for=GOAL', 'KIND -l LABELS --for=GOAL', 'KIND --all --for=GOAL', '-f FILE --for=GOAL'],
  description: 'Wait until objects are as wanted. When the time is over, it says what they are instead.',
  examples: [
    'tsmoby wait container/web --for=condition=Ready --timeout=60s',
    "tsmoby wait container/job --for=jsonpath='{.status.phase}'=Succeeded",
    'tsmoby wait container/web --for=delete',
  ],
  flags: waitFlags,
  async run(call) {
    const { flags, args, io } = call;
    if (args.length === 0 && flags.filename.length === 0)
      throw new UsageError('you must name what to wait for: KIND/NAME, KIND NAME, or -f FILE');
    const goal = parseGoal(flags.for);
    const session = await call.session();
    const targets = await targetsOf(call, session);
    const awaited = (await Promise.all(targets.map((target) => awaitedOf(session, target, flags)))).flat();
    if (awaited.length === 0) {
      if (goal.absentIsMet) return 0;
      throw new CommandError('no matching resources found');
    }
    // kubectl's says nothing meanwhile, and logs that are compared have no more lines than its
    using view = new WaitView(io, { show: { live: true, plain: false } });
    view.begin(awaited, session.client);
    const unmet = await awaitObjects(session, view.io, awaited, {
      timeoutMs: flags.timeout < 0 ? WEEK_MS : flags.timeout,
      onSeen: (one, object) => view.seen(one, object),
      onMet: (one) => {
        view.met(one);
        view.io.stdout.write(`${shownName(one.kind, one.name)} condition met\n`);
      },
      judge: goal.judge,
    });
    view[Symbol.dispose]();
    for (const one of unmet) for (const line of unmetLines(one)) note(io, line);
    return unmet.length > 0 ? 1 : 0;
  },
});

async function awaitedOf(
  { client }: Session,
  { kind, namespace, names }: Target,
  flags: Parameters<typeof filterOf>[0] & { readonly all: boolean },
): Promise<readonly Awaited[]> {
  const place = namespace === undefined ? {} : { namespace };
  if (names.length > 0) return names.map((name) => ({ kind, name, ...place }));
  if (!flags.all && flags.selector === undefined && flags['field-selector'] === undefined)
    throw new UsageError('resource(s) were provided, but no name was specified: name objects, or use -l or --all');
  const { items } = await client.list(refOf(kind), { ...place, ...filterOf(flags) });
  return items.map(({ metadata }) => ({
    kind,
    name: metadata.name,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
  }));
}
