import { builder as builderKind } from '../../../schemas/definitions/builder.ts';
import type { Builder } from '../../../schemas/gen/types.ts';
import { UsageError } from '../../errors.ts';
import { note, print } from '../../io.ts';
import { refOf, shownName } from '../../kinds/directory.ts';
import { plainCell } from '../../output/columns.ts';
import { parseFormat } from '../../output/format.ts';
import { objectText } from '../../output/object-text.ts';
import { tableText } from '../../output/table-text.ts';
import type { BuilderAction } from './actions.ts';

const HEADER = ['NAME', 'TYPE', 'STATUS', 'BUILDING', 'CACHE', 'BUILDKIT', 'PLATFORMS'] as const;
/** Nobody chooses a builder by the twelfth thing that it emulates. */
const SHOWN_PLATFORMS = 4;

/** All builders, one a line. */
export const listBuilders: BuilderAction = async ({ flags, args, io, session }) => {
  if (args.length > 0) throw new UsageError(`unexpected argument "${args[0] ?? ''}": use inspect NAME`);
  const format = parseFormat(flags.output, ['json', 'yaml', 'name']);
  const { client, kinds } = await session();
  const { items } = await client.list<Builder>(refOf(builderKind), { signal: io.signal });
  if (format.type !== 'table') {
    const kind = await kinds.typed('builders');
    const named = items.map((object) => ({ object, shown: shownName(kind, object.metadata.name) }));
    await print(io.stdout, await objectText(named, format, { headers: true, managedFields: false, single: false }));
    return 0;
  }
  if (items.length === 0) {
    note(io, 'No builders found.');
    return 0;
  }
  await print(io.stdout, tableText([HEADER, ...items.map(rowOf)], io.stdout));
  return 0;
};

function rowOf({ metadata, status = {} }: Builder): readonly string[] {
  const { type, activeBuilds = 0, cache, version, platforms } = status;
  return [metadata.name, type, stateOf(status), activeBuilds, cache?.size, version, shortened(platforms)].map((cell) =>
    plainCell(cell ?? ''),
  );
}

/** buildx's words where it has one for it. */
export function stateOf({ conditions = [] }: NonNullable<Builder['status']>): string {
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined) return 'unknown';
  if (ready.status !== 'True') return ready.reason;
  return ready.reason === 'BuilderIdle' ? 'inactive' : 'running';
}

function shortened(platforms = ''): string {
  const all = platforms.split(', ');
  const more = all.length - SHOWN_PLATFORMS;
  return more > 0 ? `${all.slice(0, SHOWN_PLATFORMS).join(', ')} (+${more})` : platforms;
}
