import { isReason } from '../../client/client.ts';
import type { KubeObject } from '../../schemas/object.ts';
import type { Session } from '../connect/session.ts';
import { note, type Io } from '../io.ts';
import { refOf, shownName } from '../kinds/directory.ts';
import type { Manifest } from '../manifests/manifest.ts';

/** An object as it is, and as it would be. */
export interface Versions {
  readonly manifest: Manifest;
  /** Undefined when it is not there. */
  readonly live: KubeObject | undefined;
  readonly merged: KubeObject;
}

/** The apply that is foretold. */
export interface Merging {
  readonly io: Io;
  readonly flags: { readonly 'field-manager': string; readonly 'force-conflicts': boolean };
}

/** An object that changes faster than it is asked for is compared as it is after so many tries. */
const TRIES = 4;

/** Asks for both. Rejects with ApiError for what an apply would be refused for. */
export async function versionsOf(merging: Merging, session: Session, manifest: Manifest): Promise<Versions> {
  const { io } = merging;
  for (let left = TRIES; ; left -= 1) {
    const live = await liveObject(merging, session, manifest);
    const merged = await mergedObject(merging, session, manifest);
    // otherwise somebody wrote in between, and his change would look like ours
    const alike = live?.metadata.resourceVersion === merged.metadata.resourceVersion;
    if (!alike && left > 1) continue;
    if (live?.metadata.deletionTimestamp !== undefined)
      note(io, `Warning: ${shownName(manifest.kind, manifest.name)} is being deleted: what is applied goes with it`);
    return { manifest, live, merged };
  }
}

async function liveObject(
  { io }: Merging,
  { client }: Session,
  { kind, name, namespace }: Manifest,
): Promise<KubeObject | undefined> {
  const ref = { ...refOf(kind), name, ...(namespace === undefined ? {} : { namespace }) };
  try {
    return await client.get(ref, { signal: io.signal });
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

function mergedObject({ flags, io }: Merging, { client }: Session, { object }: Manifest): Promise<KubeObject> {
  return client.apply(object, {
    fieldManager: flags['field-manager'],
    force: flags['force-conflicts'],
    fieldValidation: 'Strict',
    dryRun: true,
    onWarning: (text) => note(io, `Warning: ${text}`),
    signal: io.signal,
  });
}
