import { isReason } from '../../../client/client.ts';
import { build } from '../../../schemas/definitions/build.ts';
import { whyHalted } from '../../builds/halted.ts';
import type { Session } from '../../connect/session.ts';
import { note, type Io } from '../../io.ts';
import { refOf } from '../../kinds/directory.ts';
import type { AppliedBuild } from './applied-build.ts';

const PATIENCE_MS = 5000;

/**
 * Deletes Builds that were made for once (`--rm`), also after Ctrl-C. What stood still before is somebody's wish, and stays. Never rejects: answers
 * whether none is left, and tells of those that are.
 */
export async function removeBuilds(applied: readonly AppliedBuild[], session: Session, io: Io): Promise<boolean> {
  const wanted = applied.filter(({ object, before }) => before === undefined || whyHalted(object) === undefined);
  const gone = await Promise.all(wanted.map((one) => removeOne(one, session, io)));
  return gone.every(Boolean);
}

async function removeOne({ object: { metadata } }: AppliedBuild, { client }: Session, io: Io): Promise<boolean> {
  const { namespace = '', name, uid } = metadata;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    await client.delete({ ...refOf(build), namespace, name }, { signal, preconditions: { uid } });
    return true;
  } catch (error) {
    // it is gone, or another one has its name
    if (isReason(error, 'NotFound') || isReason(error, 'Conflict')) return true;
    const why = error instanceof Error ? error.message : String(error);
    note(io, `error: build.tsmoby.dev/${name} could not be deleted: ${why}`);
    return false;
  }
}
