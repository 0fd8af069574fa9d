import { sync as syncKind } from '../../../schemas/definitions/sync.ts';
import type { Sync } from '../../../schemas/gen/types.ts';
import { humanAge } from '../../../schemas/values/duration.ts';
import { UsageError } from '../../errors.ts';
import { note, print } from '../../io.ts';
import { refOf, shownName } from '../../kinds/directory.ts';
import { plainCell } from '../../output/columns.ts';
import { parseFormat } from '../../output/format.ts';
import { objectText } from '../../output/object-text.ts';
import { tableText } from '../../output/table-text.ts';
import type { SyncAction } from './actions.ts';
import { conditionOf, shortRevision, sourceText, stateText } from './words.ts';

const HEADER = ['NAME', 'STATUS', 'OBJECTS', 'REVISION', 'AGE', 'SOURCE', 'MESSAGE'] as const;

/** All Syncs of a namespace, or of all, one a line. */
export const listSyncs: SyncAction = async ({ flags, args, io, session }) => {
  if (args.length > 0) throw new UsageError(`unexpected argument "${args[0] ?? ''}": use status NAME`);
  const format = parseFormat(flags.output, ['json', 'yaml', 'name']);
  const { client, namespace } = await session();
  const everywhere = flags['all-namespaces'];
  const where = everywhere ? {} : { namespace };
  const { items } = await client.list<Sync>(refOf(syncKind), { ...where, signal: io.signal });
  if (format.type !== 'table') {
    const named = items.map((object) => ({ object, shown: shownName(syncKind, object.metadata.name) }));
    await print(io.stdout, await objectText(named, format, { headers: true, managedFields: false, single: false }));
    return 0;
  }
  if (items.length === 0) {
    note(io, everywhere ? 'No Syncs found.' : `No Syncs found in ${namespace} namespace.`);
    return 0;
  }
  const rows = items.map((sync) => rowOf(sync, everywhere, io.now()));
  const header = everywhere ? ['NAMESPACE', ...HEADER] : HEADER;
  await print(io.stdout, tableText([header, ...rows], io.stdout));
  return 0;
};

function rowOf(sync: Sync, everywhere: boolean, now: number): readonly string[] {
  const { metadata, status = {} } = sync;
  const ready = conditionOf(sync, 'Ready');
  return [
    ...(everywhere ? [metadata.namespace] : []),
    metadata.name,
    stateText(sync),
    status.objects,
    shortRevision(status.lastAppliedRevision),
    humanAge(metadata.creationTimestamp, now),
    sourceText(sync),
    ready?.status === 'True' ? '' : ready?.message,
  ].map((cell) => plainCell(cell ?? ''));
}
