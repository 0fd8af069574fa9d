import { isReason } from '../../client/client.ts';
import { build } from '../../schemas/definitions/build.ts';
import type { Build } from '../../schemas/gen/types.ts';
import type { ProgressEntry } from '../../schemas/values/build-progress/entry.ts';
import type { Session } from '../connect/session.ts';
import type { Io } from '../io.ts';
import { refOf } from '../kinds/directory.ts';
import { isInterruption } from '../watch/follow.ts';
import { openBuildLog, type BuildRef } from './open-log.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/**
 * The log of one build to its end, over the ends of connections: entries never change, so those that were seen are passed over. One whose daemon was
 * killed has no last entry; it ends when its Build says that it does not run any more.
 */
export async function* followBuildLog(
  session: Session,
  io: Pick<Io, 'sleep'>,
  { number, ...ref }: BuildRef & { readonly number: number },
  signal: AbortSignal,
): AsyncGenerator<ProgressEntry> {
  let seen = 0;
  let pause = 0;
  for (let answered = false; ;) {
    try {
      let known = seen;
      for await (const entry of openBuildLog(session, ref, { number, follow: true }, signal)) {
        answered = true;
        if (known > 0) {
          known -= 1;
          continue;
        }
        seen += 1;
        pause = 0;
        yield entry;
        if (entry.type === 'end') return;
      }
      answered = true;
      if (!(await isRunning(session, ref, number, signal))) return;
    } catch (error) {
      signal.throwIfAborted();
      // it was deleted, or its log was
      if (answered && (isReason(error, 'NotFound') || isReason(error, 'BadRequest'))) return;
      if (!answered || !isInterruption(error)) throw error;
    }
    pause = Math.min(LONGEST_PAUSE_MS, pause === 0 ? FIRST_PAUSE_MS : pause * 2);
    await io.sleep(pause, signal);
  }
}

async function isRunning({ client }: Session, ref: BuildRef, number: number, signal: AbortSignal): Promise<boolean> {
  const { status } = await client.get<Build>({ ...refOf(build), ...ref }, { signal });
  return status?.lastBuild?.number === number && status.lastBuild.phase === 'Running';
}
