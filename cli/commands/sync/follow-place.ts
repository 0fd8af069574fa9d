import { stat } from 'node:fs/promises';
import { isReason } from '../../../client/client.ts';
import type { Sync, SyncSpec } from '../../../schemas/gen/types.ts';
import { equal } from '../../../schemas/structural/equal.ts';
import type { JsonValue } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import { CommandError, UsageError } from '../../errors.ts';
import { print, type Io } from '../../io.ts';
import type { Call } from '../command.ts';
import type { syncFlags } from '../sync.ts';
import { awaitReady } from './await-ready.ts';
import { bareName, getSync, shownSync } from './one-sync.ts';
import { readPlace } from './place.ts';
import { sourceText } from './words.ts';

const SYNC = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Sync' } as const;
/** As `tsmoby apply` does, so that a manifest of the same Sync can take over. */
const MANAGER = 'tsmoby';

/** Makes a Sync of a place, or changes the one that follows it already, and waits until it is ready. */
export async function followPlace(call: Call<typeof syncFlags>): Promise<number> {
  const { args, flags, io } = call;
  const [typed = '', extra] = args;
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}": one place is followed by one Sync`);
  const place = readPlace(typed, flags, io.cwd);
  const { directory } = place.source;
  if (directory !== undefined) await requireDirectory(typed, directory.path);
  const name = bareName(flags.name ?? place.name);
  const session = await call.session();
  const before = await findSync(session, name, io);
  if (before !== undefined) requireSame(before, place.source, name);
  const object = await session.client.apply<Sync>(
    { ...SYNC, metadata: { namespace: session.namespace, name }, spec: specOf(place.source, flags) },
    { fieldManager: MANAGER, force: true, fieldValidation: 'Strict', signal: io.signal },
  );
  const same = before?.metadata.generation === object.metadata.generation;
  await print(
    io.stdout,
    `${shownSync(name)} ${before === undefined ? 'created' : same ? 'unchanged' : 'configured'}\n`,
  );
  return flags.wait ? await awaitReady(object, session, io, flags.timeout) : 0;
}

function specOf(source: SyncSpec['source'], flags: Call<typeof syncFlags>['flags']): SyncSpec {
  const { path, interval, prune } = flags;
  const { 'target-namespace': targetNamespace, 'on-failure': onFailure, 'deletion-policy': deletionPolicy } = flags;
  return {
    source,
    ...(path === undefined ? {} : { path }),
    ...(interval === undefined ? {} : { interval }),
    ...(targetNamespace === undefined ? {} : { targetNamespace }),
    ...(prune ? {} : { prune }),
    ...(onFailure === undefined ? {} : { onFailure: onFailure as 'Retry' | 'Revert' }),
    ...(deletionPolicy === undefined ? {} : { deletionPolicy: deletionPolicy as 'Prune' | 'Orphan' }),
  };
}

async function requireDirectory(typed: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  const hint = /^[a-z]+$/.test(typed)
    ? '; actions are list, status, history, diff, reconcile, suspend, resume, approve'
    : '';
  throw new UsageError(
    `${typed}: ${found === undefined ? 'there is no such directory' : 'this is no directory'}${hint}`,
  );
}

async function findSync(session: Session, name: string, io: Io): Promise<Sync | undefined> {
  try {
    return await getSync(session, name, io);
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

/** Another place under an old name would delete all that came from the former one. */
function requireSame(before: Sync, source: SyncSpec['source'], name: string): void {
  const withoutRef = ({ git, ...others }: SyncSpec['source']): JsonValue =>
    ({ ...others, ...(git && { git: git.url }), ...(others.oci && { oci: others.oci.reference }) }) as JsonValue;
  if (equal(withoutRef(before.spec.source), withoutRef(source))) return;
  throw new CommandError(
    `sync "${name}" follows ${sourceText(before)}: choose another name with --name, or delete it first (tsmoby delete sync/${name})`,
  );
}
