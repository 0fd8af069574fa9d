/** Where a daemon listens when it is told nothing. */
import { join } from 'node:path';

/** What that depends on. */
export interface UserSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Effective user id. */
  readonly uid: number;
}

/** Root: `/run/tsmoby`. Others: `$XDG_RUNTIME_DIR/tsmoby`, which is `/run/user/UID/tsmoby` unless set. */
export function defaultRunDir({ env, uid }: UserSurroundings): string {
  if (uid === 0) return '/run/tsmoby';
  return join(env['XDG_RUNTIME_DIR'] || `/run/user/${String(uid)}`, 'tsmoby');
}

/** Where the daemon of a run directory listens, and where every client looks for it. */
export const socketPathIn = (runDir: string): string => join(runDir, 'tsmoby.sock');
