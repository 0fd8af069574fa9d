import type { KubeObject } from '../../schemas/object.ts';
import { connectionFlags } from '../connect/flags.ts';
import type { Session } from '../connect/session.ts';
import { CommandError, UsageError } from '../errors.ts';
import type { Flags, FlagValues } from '../flags/flags.ts';
import { note, print, type Io } from '../io.ts';
import { layoutOf, lineOf, plainCell, type ColumnLayout } from '../output/columns.ts';
import { eventAge, eventObject, lastTimeOf, type EventObject } from '../output/event-text.ts';
import { parseFormat, type OutputFormat } from '../output/format.ts';
import { objectText } from '../output/object-text.ts';
import { follow } from '../watch/follow.ts';
import { objectSource } from '../../client/watch/object-source.ts';
import { defineCommand } from './command.ts';

const eventsFlags = {
  ...connectionFlags,
  'all-namespaces': { type: 'boolean', short: 'A', help: 'In all namespaces.' },
  for: { type: 'text', value: 'KIND/NAME', help: 'Only what happened to this object.' },
  types: { type: 'texts', value: 'TYPE', commas: true, help: 'Only Normal, or only Warning.' },
  watch: { type: 'boolean', short: 'w', help: 'Go on with what happens.' },
  'no-headers': { type: 'boolean', help: 'Leave the line of column names out.' },
  output: { type: 'text', short: 'o', value: 'FORMAT', help: 'json or yaml.' },
} as const satisfies Flags;

type EventsValues = FlagValues<typeof eventsFlags>;

const EVENT = { apiVersion: 'v1', kind: 'Event' } as const;

export const events = defineCommand({
  name: 'events',
  usage: [''],
  description: 'Show what happened, oldest first.',
  examples: ['tsmoby events', 'tsmoby events --for container/web -w', 'tsmoby events -A --types=Warning'],
  flags: eventsFlags,
  async run({ flags, args, io, session: open }) {
    if (args.length > 0) throw new UsageError(`unexpected argument "${args[0] ?? ''}": use --for KIND/NAME`);
    const format = parseFormat(flags.output, ['json', 'yaml']);
    const wrong = flags.types.find((type) => !['normal', 'warning'].includes(type.toLowerCase()));
    if (wrong !== undefined)
      throw new UsageError(`invalid argument "${wrong}" for "--types" flag: must be Normal or Warning`);
    const session = await open();
    const filter = {
      ...(flags['all-namespaces'] ? {} : { namespace: session.namespace }),
      ...(flags.for === undefined ? {} : { fieldSelector: await selectorFor(session, flags.for) }),
    };
    if (flags.watch) return await watchEvents(session, io, flags, filter);
    const { items } = await session.client.list<EventObject>(EVENT, filter);
    const shown = items
      .filter((event) => isWanted(event, flags))
      .sort((a, b) => (lastTimeOf(a) < lastTimeOf(b) ? -1 : 1));
    return await printEvents(io, shown, flags, format, session.namespace);
  },
});

async function selectorFor({ kinds }: Session, target: string): Promise<string> {
  const [typed = '', name = '', ...more] = target.split('/');
  if (typed === '' || name === '' || more.length > 0)
    throw new CommandError(`--for must be in resource/name form: "${target}"`);
  return `involvedObject.kind=${(await kinds.typed(typed)).kind},involvedObject.name=${name}`;
}

const isWanted = ({ type = '' }: EventObject, { types }: EventsValues): boolean =>
  types.length === 0 || types.some((one) => one.toLowerCase() === type.toLowerCase());

const header = (flags: EventsValues): readonly string[] => [
  ...(flags['all-namespaces'] ? ['NAMESPACE'] : []),
  'LAST SEEN',
  'TYPE',
  'REASON',
  'OBJECT',
  'MESSAGE',
];

const rowOf = (event: EventObject, flags: EventsValues, now: number): readonly string[] => [
  ...(flags['all-namespaces'] ? [event.metadata.namespace ?? ''] : []),
  eventAge(event, now),
  plainCell(event.type),
  plainCell(event.reason),
  plainCell(eventObject(event)),
  plainCell(event.message),
];

async function printEvents(
  io: Io,
  shown: readonly EventObject[],
  flags: EventsValues,
  format: OutputFormat,
  namespace: string,
): Promise<number> {
  if (format.type !== 'table') {
    const named = shown.map((object) => ({ object, shown: `event/${object.metadata.name}` }));
    await print(io.stdout, await objectText(named, format, { headers: true, managedFields: false, single: false }));
    return 0;
  }
  if (shown.length === 0) {
    note(io, flags['all-namespaces'] ? 'No events found.' : `No events found in ${namespace} namespace.`);
    return 0;
  }
  const rows = shown.map((event) => rowOf(event, flags, io.now()));
  const lines = flags['no-headers'] ? rows : [header(flags), ...rows];
  const layout = layoutOf(lines, { terminal: widthFor(io) });
  await print(io.stdout, lines.map((row) => `${lineOf(row, layout)}\n`).join(''));
  return 0;
}

const widthFor = ({ stdout }: Io): number | undefined => (stdout.isTTY === true ? stdout.columns : undefined);

async function watchEvents(
  { client }: Session,
  io: Io,
  flags: EventsValues,
  filter: { readonly namespace?: string; readonly fieldSelector?: string },
): Promise<number> {
  let layout: ColumnLayout | undefined;
  for await (const change of follow<KubeObject>(objectSource(client, EVENT, filter), io, io.signal)) {
    if (change.type === 'SYNCED' || change.type === 'DELETED' || !isWanted(change.item, flags)) continue;
    const row = rowOf(change.item, flags, io.now());
    const lines = layout === undefined && !flags['no-headers'] ? [header(flags), row] : [row];
    const wanted = layoutOf(lines, { terminal: widthFor(io) });
    const before = layout?.widths ?? [];
    layout = { gap: wanted.gap, widths: wanted.widths.map((width, at) => Math.max(width, before[at] ?? 0)) };
    const shape = layout;
    await print(io.stdout, lines.map((line) => `${lineOf(line, shape)}\n`).join(''));
  }
  return 0;
}
