import type { Container } from '../../../schemas/gen/types.ts';
import { askedRestart } from '../../../schemas/values/container-change.ts';
import type { Io } from '../../io.ts';
import { MET, PENDING } from '../../wait/await-objects.ts';
import type { Rolled } from '../rollout.ts';
import { followRollout, type FollowFlags, type Progress } from './follow.ts';

interface StatusFlags extends FollowFlags {
  readonly revision: number;
}

/** Waits for the end of a rollout and tells on the way what it waits for. Answers the exit code. */
export function awaitRollout(rolled: Rolled, io: Io, flags: StatusFlags): Promise<number> {
  const { name } = rolled.object.metadata;
  return followRollout(rolled, io, flags, (found) => progressOf(found as Container | undefined, name, flags.revision));
}

function progressOf(object: Container | undefined, name: string, revision: number): Progress {
  if (object === undefined) return failure(`container "${name}" was deleted`);
  const { metadata, status = {} } = object;
  const restart = askedRestart(metadata.annotations);
  if (status.observedGeneration !== metadata.generation || status.observedRestart !== restart)
    return pending('Waiting for container spec update to be observed...');
  if (revision > 0 && status.revision !== revision)
    return failure(
      `desired revision (${String(revision)}) is different from the running revision (${String(status.revision ?? 0)})`,
    );
  const condition = status.conditions?.find(({ type }) => type === 'RolledOut');
  const message = condition?.message ?? 'it has not begun';
  switch (condition?.reason) {
    case 'ProgressDeadlineExceeded':
      return failure(`container "${name}" exceeded its progress deadline: ${message}`);
    case 'RolledBack':
      return failure(`container "${name}" was rolled back: ${message}`);
    default:
  }
  const stalled = stalledFor(object);
  if (stalled !== undefined) return failure(`container "${name}" is stalled: ${stalled}`);
  if (condition?.status === 'True') return { verdict: MET, line: `container "${name}" successfully rolled out` };
  return pending(`Waiting for container "${name}" rollout to finish: ${message}...`);
}

/** Why only a change by a person helps what the object asks for now. */
function stalledFor({ metadata, status }: Container): string | undefined {
  const stalled = status?.conditions?.find(({ type, status: is }) => type === 'Stalled' && is === 'True');
  return stalled?.observedGeneration === metadata.generation ? stalled?.message : undefined;
}

const failure = (line: string): Progress => ({ verdict: { state: 'failed', line }, line });
const pending = (line: string): Progress => ({ verdict: PENDING, line });
