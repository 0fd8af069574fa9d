import { CommandError } from '../../errors.ts';
import { refOf, resourceOf } from '../../kinds/directory.ts';
import { formatTime } from '../../../schemas/values/time.ts';
import { RESTARTED_AT } from '../../../schemas/values/container-change.ts';
import type { Rolled } from '../rollout.ts';
import { ROLLOUT_MANAGER } from './ownership.ts';

/** Each changes the object and answers, in one word, what became of it. */
export async function restartRollout(rolled: Rolled, now: number): Promise<string> {
  if (rolled.object.spec.paused)
    throw new CommandError(`${named(rolled)} can't restart paused container (run rollout resume first)`);
  await merge(rolled, { metadata: { annotations: { [RESTARTED_AT[0]]: formatTime(now) } } });
  return 'restarted';
}

export async function pauseRollout(rolled: Rolled): Promise<string> {
  if (rolled.object.spec.paused) throw new CommandError(`${named(rolled)} is already paused`);
  await merge(rolled, { spec: { paused: true } });
  return 'paused';
}

export async function resumeRollout(rolled: Rolled): Promise<string> {
  if (!rolled.object.spec.paused) throw new CommandError(`${named(rolled)} is not paused`);
  await merge(rolled, { spec: { paused: null } });
  return 'resumed';
}

const named = ({ kind, object }: Rolled): string => `${resourceOf(kind)} "${object.metadata.name}"`;

async function merge({ session, kind, object }: Rolled, patch: object): Promise<void> {
  const { namespace = '', name } = object.metadata;
  const options = { type: 'merge', fieldManager: ROLLOUT_MANAGER } as const;
  await session.client.patch({ ...refOf(kind), namespace, name }, patch, options);
}
