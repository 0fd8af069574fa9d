import type { ContainerStatus } from '../../../schemas/gen/types.ts';
import type { StatusWriter } from '../../engine/contract.ts';

/** For what is done to an instance that the status of the object does not tell of: what is known of it, and nothing of it is written down. */
export const ownStatus = (
  status: StatusWriter<ContainerStatus>,
  current: Readonly<Partial<ContainerStatus>>,
): StatusWriter<ContainerStatus> => ({
  current,
  set: () => undefined,
  condition: () => undefined,
  removeCondition: () => undefined,
  flush: () => Promise.resolve(),
  progress: () => status.progress(),
});
