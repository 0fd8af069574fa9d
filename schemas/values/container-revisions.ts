import type { ContainerStatus } from '../gen/types.ts';

/** Names of the ControllerRevisions whose specs a Container runs at present or may go back to, besides its spec of now. */
export const revisionsInUse = ({
  currentRevision,
  rollout,
  draining = [],
}: Readonly<Partial<ContainerStatus>> = {}): readonly string[] =>
  [currentRevision, rollout?.revision, ...draining.map(({ revision }) => revision)].filter(
    (name) => name !== undefined,
  );
