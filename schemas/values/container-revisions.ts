import type { ContainerSpec, ContainerStatus } from '../gen/types.ts';
import type { KubeObject } from '../object.ts';

/** Names of the ControllerRevisions whose specs a Container runs at present or may go back to, besides its spec of now. */
export const revisionsInUse = ({
  currentRevision,
  rollout,
  draining = [],
}: Readonly<Partial<ContainerStatus>> = {}): readonly string[] =>
  [currentRevision, rollout?.revision, ...draining.map(({ revision }) => revision)].filter(
    (name) => name !== undefined,
  );

/** The Container that controls a revision, by name and uid. */
export const revisionOwner = ({ metadata }: KubeObject): { readonly name: string; readonly uid: string } | undefined =>
  metadata.ownerReferences?.find(({ kind, controller }) => kind === 'Container' && controller === true);

/** Digest of the result of a Build that a revision is about; undefined where its image came from elsewhere. */
export const resultOfRevision = (revision: KubeObject): string | undefined =>
  (revision as { readonly data?: { readonly result?: string } }).data?.result;

/** The spec that a revision wrote down; undefined where somebody else made it. */
export const specOfRevision = (revision: KubeObject): ContainerSpec | undefined =>
  (revision as { readonly data?: { readonly spec?: ContainerSpec } }).data?.spec;
