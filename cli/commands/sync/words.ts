/** What is said of a Sync in few words. */
import type { Sync } from '../../../schemas/gen/types.ts';

type Condition = NonNullable<NonNullable<Sync['status']>['conditions']>[number];

export const conditionOf = ({ status }: Sync, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Where its files come from: `./infra`, `https://… @main`, `oci://…`. */
export function sourceText({ spec }: Sync): string {
  const { directory, git, oci } = spec.source;
  const path = spec.path === undefined ? '' : ` (${spec.path})`;
  if (directory !== undefined) return `${directory.path}${path}`;
  if (oci !== undefined) return `oci://${oci.reference}${oci.semver === undefined ? '' : ` ${oci.semver}`}${path}`;
  const { branch, tag, semver, commit } = git?.ref ?? {};
  const ref = branch ?? tag ?? semver ?? commit?.slice(0, 12);
  return `${git?.url ?? ''}${ref === undefined ? '' : ` @${ref}`}${path}`;
}

/** One word for how it is. */
export function stateText(sync: Sync): string {
  if (sync.metadata.deletionTimestamp !== undefined) return 'Deleting';
  const ready = conditionOf(sync, 'Ready');
  if (ready === undefined) return 'Unknown';
  return ready.status === 'True' && ready.reason === 'Applied' ? 'Ready' : ready.reason;
}

const SHORT = 12;

/** Digests and commits at a length that people compare. */
export const shortRevision = (revision = ''): string =>
  revision.replace(
    /(sha1|sha256):([0-9a-f]+)/g,
    (_, kind: string, digits: string) => `${kind}:${digits.slice(0, SHORT)}`,
  );
