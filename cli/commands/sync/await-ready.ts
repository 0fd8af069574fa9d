import { sync as syncKind } from '../../../schemas/definitions/sync.ts';
import type { Sync } from '../../../schemas/gen/types.ts';
import type { Session } from '../../connect/session.ts';
import type { Io } from '../../io.ts';
import { followRollout } from '../rollout/follow.ts';
import { progressOf } from './progress.ts';

/** Waits until it is ready, and tells on the way what it waits for. Answers the exit code. */
export function awaitReady(object: Sync, session: Session, io: Io, timeout: number): Promise<number> {
  const { name } = object.metadata;
  const followed = { session, kind: syncKind, object };
  return followRollout(followed, io, { watch: true, timeout }, (found) => progressOf(found as Sync | undefined, name));
}
