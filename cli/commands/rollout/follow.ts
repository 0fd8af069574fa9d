/** The end of a rollout, of whatever kind: waited for, and told on the way. */
import type { KubeObject } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import { CommandError } from '../../errors.ts';
import { note, type Io } from '../../io.ts';
import type { KindInfo } from '../../kinds/directory.ts';
import { awaitObjects, type Verdict } from '../../wait/await-objects.ts';

/** How far it is, and the line that says so. */
export interface Progress {
  readonly verdict: Verdict;
  readonly line: string;
  /** Why it is not there yet, for whoever gives up waiting. */
  readonly why?: string;
}

export interface FollowFlags {
  readonly watch: boolean;
  /** Milliseconds; 0: for ever. */
  readonly timeout: number;
}

interface Followed {
  readonly session: Session;
  readonly kind: KindInfo;
  readonly object: KubeObject;
}

const WEEK_MS = 7 * 24 * 3600 * 1000;

/** Tells each line once. Answers the exit code; throws CommandError when it failed before anybody waited. */
export async function followRollout(
  { session, kind, object }: Followed,
  io: Io,
  flags: FollowFlags,
  progressOf: (found: KubeObject | undefined) => Progress,
): Promise<number> {
  const { namespace = '', name } = object.metadata;
  let told = '';
  let last: string | undefined;
  const judge = (found: KubeObject | undefined): Verdict => {
    const { verdict, line, why } = progressOf(found);
    last = why;
    if (verdict.state !== 'failed' && line !== told) {
      io.stdout.write(`${line}\n`);
      told = line;
    }
    return verdict;
  };
  if (!flags.watch) {
    const verdict = judge(object);
    if (verdict.state === 'failed') throw new CommandError(verdict.line);
    return 0;
  }
  const options = { timeoutMs: flags.timeout > 0 ? flags.timeout : WEEK_MS, judge, onMet: () => undefined };
  const [unmet] = await awaitObjects(session, io, [{ kind, namespace, name }], options);
  if (unmet === undefined) return 0;
  const late = `timed out waiting for the condition${last === undefined ? '' : `: ${last}`}`;
  note(io, `error: ${unmet.why === 'timeout' ? late : unmet.why.line}`);
  return 1;
}
