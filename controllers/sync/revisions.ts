import { setImmediate as nextTurn } from 'node:timers/promises';
import { decodeJson, encodeJson } from '../../schemas/text/json.ts';
import type { WantedObject } from './target.ts';
import type { Visit } from './visit.ts';

/** A revision as it was applied. */
export interface KeptRevision {
  readonly revision: string;
  readonly digest: string;
  readonly objects: readonly WantedObject[];
}

type Written = Pick<WantedObject, 'object' | 'scope' | 'digest' | 'file'>;

/** Objects that are encoded without giving way to other work. */
const SLICE = 50;

/** Keeps a healthy revision, so that it can be gone back to; once for each. */
export async function keepRevision({ sync, deps }: Visit, kept: KeptRevision): Promise<void> {
  const { uid } = sync.metadata;
  if ((await deps.revisions.list(uid)).includes(kept.digest)) return;
  const objects: string[] = [];
  for (const { object, scope, digest, file } of kept.objects) {
    const written: Written = { object, scope, digest, file };
    objects.push(encodeJson(written));
    if (objects.length % SLICE === 0) await nextTurn();
  }
  await deps.revisions.save(uid, { revision: kept.revision, digest: kept.digest, objects });
}

/** The last healthy revision, if it is another one than this and was kept. */
export async function lastHealthy(visit: Visit, failed: string): Promise<KeptRevision | undefined> {
  const { sync, deps, context } = visit;
  const { uid } = sync.metadata;
  const digest = context.status.current.lastHealthyDigest;
  const known = deps.reverted.get(uid);
  if (known !== undefined && known.digest === digest) return known;
  if (digest === undefined || digest === failed) return undefined;
  const stored = await deps.revisions.load(uid, digest);
  if (stored === undefined) return undefined;
  const objects: WantedObject[] = [];
  for (const text of stored.objects) {
    const written = decodeJson(text).value as unknown as Written;
    objects.push({ ...written, place: () => `${written.file} of ${stored.revision}` });
    if (objects.length % SLICE === 0) await nextTurn();
  }
  const kept = { revision: stored.revision, digest, objects };
  deps.reverted.set(uid, kept);
  return kept;
}
