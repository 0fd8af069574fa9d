import { humanSize } from '../../../schemas/values/human-size.ts';
import { humanDuration } from '../../../schemas/values/duration.ts';
import { encodeYaml } from '../../../schemas/text/encode-yaml.ts';
import { print } from '../../io.ts';
import { layoutOf, lineOf, plainCell } from '../../output/columns.ts';
import { parseFormat } from '../../output/format.ts';
import type { BuilderAction } from './actions.ts';
import { awake } from './awake.ts';
import { recordsOf, type CacheRecord } from './cache.ts';
import { passes } from './filters.ts';
import { oneName } from './one-name.ts';

const HEADER = ['ID', 'TYPE', 'RECLAIMABLE', 'SIZE', 'LAST ACCESSED', 'DESCRIPTION'] as const;

/** What takes room in the cache, the largest last. */
export const diskUsage: BuilderAction = async ({ flags, args, io, session: open }) => {
  const name = oneName(args);
  const isWanted = passes(flags.filter);
  const format = parseFormat(flags.output, ['json', 'yaml']);
  const session = await open();
  await awake(session, name, flags.timeout, io);
  const all = await recordsOf(session, name, io.signal);
  const records = all.filter(isWanted).toSorted((a, b) => a.sizeBytes - b.sizeBytes);
  if (format.type === 'json') await print(io.stdout, `${JSON.stringify(records, null, 4)}\n`);
  else if (format.type === 'yaml') await print(io.stdout, encodeYaml(records));
  else {
    const now = io.now();
    const text = flags.verbose ? records.map((record) => verbose(record, now)).join('\n') : table(records, now);
    const terminal = io.stdout.isTTY === true ? io.stdout.columns : undefined;
    await print(io.stdout, typeof text === 'string' ? text : lines(text, terminal));
    await print(io.stdout, `${records.length > 0 && flags.verbose ? '\n' : ''}${totals(records)}`);
  }
  return 0;
};

const table = (records: readonly CacheRecord[], now: number): readonly (readonly string[])[] => [
  HEADER,
  ...records.map((record) => [
    record.id,
    record.type,
    String(!record.inUse),
    humanSize(record.sizeBytes),
    ago(record.lastUsedAt, now),
    plainCell(record.description),
  ]),
];

function lines(rows: readonly (readonly string[])[], terminal: number | undefined): string {
  const layout = layoutOf(rows, { terminal, whole: [0] });
  return rows.map((row) => `${lineOf(row, layout)}\n`).join('');
}

const ago = (time: number | undefined, now: number): string =>
  time === undefined ? '' : `${humanDuration(now - time)} ago`;

function verbose(record: CacheRecord, now: number): string {
  const fields: readonly (readonly [string, string])[] = [
    ['ID', record.id],
    ['Type', record.type],
    ['Created', ago(record.createdAt, now)],
    ['Last used', ago(record.lastUsedAt, now)],
    ['Usage count', String(record.usageCount)],
    ['Reclaimable', String(!record.inUse)],
    ['Shared', String(record.shared)],
    ['Size', humanSize(record.sizeBytes)],
    ['Description', plainCell(record.description)],
  ];
  return fields.map(([key, value]) => `${`${key}:`.padEnd(14)}${value}\n`).join('');
}

function totals(records: readonly CacheRecord[]): string {
  const bytes = (some: readonly CacheRecord[]): string =>
    humanSize(some.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  return `Reclaimable:  ${bytes(records.filter(({ inUse }) => !inUse))}\nTotal:        ${bytes(records)}\n`;
}
