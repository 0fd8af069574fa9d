import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '../../controllers/engine/environment.ts';
import { PREVIEW_OWNER } from '../../controllers/sync/preview/preview.ts';
import { createManifestFiles } from '../../runtime/manifest-files/create.ts';
import { createNotifications } from '../../runtime/notifications/create.ts';
import type { Host, HostFacts } from '../../runtime/ports/host.ts';
import type { ManifestFiles } from '../../runtime/ports/manifest-files.ts';
import type { Registry } from '../../runtime/ports/registry.ts';
import type { Notifications } from '../../runtime/ports/notifications.ts';
import type { SyncRevisions } from '../../runtime/ports/sync-revisions.ts';
import type { SyncSources } from '../../runtime/ports/sync-sources.ts';
import type { Webhooks } from '../../runtime/ports/webhooks.ts';
import { createSyncRevisions } from '../../runtime/sync-revisions/create.ts';
import { createSyncSources } from '../../runtime/sync-sources/create.ts';

export interface SyncingOptions {
  readonly facts: HostFacts;
  readonly host: Host;
  readonly registry: Registry;
  readonly log: Log;
  readonly env: NodeJS.ProcessEnv;
  readonly webhooks: Webhooks;
}

/** The ports of runtime/ that Syncs need, each filled by an adapter that knows nothing of the others. */
export interface Syncing {
  readonly sources: SyncSources;
  readonly files: ManifestFiles;
  readonly revisions: SyncRevisions;
  readonly webhooks: Webhooks;
  readonly notifications: Notifications;
  /** Variables of the daemon's environment, for Syncs that name some. */
  readonly env: NodeJS.ProcessEnv;
}

const clock = { now: () => Date.now() };

/** Nothing is read or fetched until a Sync wants it. */
export async function openSyncing(options: SyncingOptions): Promise<Syncing> {
  const { facts, host, registry, log, env, webhooks } = options;
  const { dataDirectory, runDirectory } = facts;
  const scratch = join(runDirectory, 'manifests');
  // Files stand there decrypted while a kustomization is built; a daemon that was killed could not take them away.
  await rm(scratch, { recursive: true, force: true });
  const sources = createSyncSources({ dataDirectory, host, registry, newId: randomUUID, log, env });
  const left = (await sources.list()).filter((owner) => owner.startsWith(PREVIEW_OWNER));
  await Promise.all(left.map((owner) => sources.remove(owner)));
  return {
    sources,
    files: createManifestFiles({ host, scratch, clock }),
    revisions: createSyncRevisions({ dataDirectory, clock }),
    webhooks,
    notifications: createNotifications({ env }),
    env,
  };
}
