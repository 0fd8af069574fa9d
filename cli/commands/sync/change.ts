import type { Sync } from '../../../schemas/gen/types.ts';
import { APPROVE_PRUNE_ANNOTATION, RECONCILE_REQUEST_ANNOTATION } from '../../../schemas/values/sync-annotations.ts';
import type { Session } from '../../connect/session.ts';
import { CommandError, UsageError } from '../../errors.ts';
import { print, type Io } from '../../io.ts';
import type { Call } from '../command.ts';
import type { syncFlags } from '../sync.ts';
import type { SyncAction } from './actions.ts';
import { awaitReady } from './await-ready.ts';
import { bareName, getSync, oneName, shownSync, syncRef } from './one-sync.ts';

const MANAGER = 'tsmoby-sync';

/** The source is asked at once, what failed is tried again, and everything is compared. */
export const reconcileSyncs: SyncAction = (call) =>
  forEach('reconcile', call, async (sync, session, { io }) => {
    if (sync.spec.suspend === true)
      throw new CommandError(`sync "${sync.metadata.name}" is suspended: tsmoby sync resume ${sync.metadata.name}`);
    const request = new Date(io.now()).toISOString();
    return await patch(session, io, sync, { metadata: { annotations: { [RECONCILE_REQUEST_ANNOTATION]: request } } });
  });

/** Everything stays as it is, whatever the files and the objects do. */
export const suspendSyncs: SyncAction = (call) =>
  forEach('suspend', call, async (sync, session, { io }) => {
    const name = shownSync(sync.metadata.name);
    if (sync.spec.suspend !== true) await patch(session, io, sync, { spec: { suspend: true } });
    await print(io.stdout, `${name} ${sync.spec.suspend === true ? 'is suspended already' : 'suspended'}\n`);
    return undefined;
  });

/** It goes on where the files are now. */
export const resumeSyncs: SyncAction = (call) =>
  forEach('resume', call, async (sync, session, { io }) => {
    const name = shownSync(sync.metadata.name);
    const wasSuspended = sync.spec.suspend === true;
    await print(io.stdout, `${name} ${wasSuspended ? 'resumed' : 'was not suspended'}\n`);
    return wasSuspended ? await patch(session, io, sync, { spec: { suspend: null } }) : sync;
  });

/** What the brake holds back may go. */
export const approvePrune: SyncAction = async (call) => {
  const name = oneName('approve', call.args);
  const { io, flags } = call;
  const session = await call.session();
  const sync = await getSync(session, name, io);
  const { pendingPrune } = sync.status ?? {};
  if (pendingPrune?.digest === undefined)
    throw new CommandError(`sync "${name}" holds nothing back: there is nothing to approve`);
  const approved = await patch(session, io, sync, {
    metadata: { annotations: { [APPROVE_PRUNE_ANNOTATION]: pendingPrune.digest } },
  });
  await print(io.stdout, `${shownSync(name)} approved: ${pendingPrune.objects ?? 0} objects may be deleted\n`);
  return flags.wait ? await awaitApproved(approved, session, io, flags.timeout) : 0;
};

/** The brake is seen as it was until the controller has looked. */
async function awaitApproved(sync: Sync, session: Session, io: Io, timeout: number): Promise<number> {
  const request = new Date(io.now()).toISOString();
  const annotations = { [RECONCILE_REQUEST_ANNOTATION]: request };
  return await awaitReady(await patch(session, io, sync, { metadata: { annotations } }), session, io, timeout);
}

/** Each named Sync; those for which `change` answers with an object are waited for. */
async function forEach(
  action: string,
  call: Call<typeof syncFlags>,
  change: (sync: Sync, session: Session, call: Call<typeof syncFlags>) => Promise<Sync | undefined>,
): Promise<number> {
  const { args, io, flags } = call;
  if (args.length === 0) throw new UsageError(`you must name Syncs: ${action} NAME…`);
  const session = await call.session();
  let worst = 0;
  for (const name of args.map(bareName)) {
    const changed = await change(await getSync(session, name, io), session, call);
    if (changed === undefined || !flags.wait) continue;
    worst = Math.max(worst, await awaitReady(changed, session, io, flags.timeout));
  }
  return worst;
}

function patch(session: Session, { signal }: Io, { metadata }: Sync, change: object): Promise<Sync> {
  const options = { type: 'merge', fieldManager: MANAGER, signal } as const;
  return session.client.patch<Sync>(syncRef(session, metadata.name), change, options);
}
