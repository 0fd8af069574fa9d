import type { InstanceUser } from '../../runtime/ports/containers.ts';
import type { ContainerSecurityContext } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { ReconcileError } from '../engine/contract.ts';

/** The image's /etc/passwd and /etc/group, as text; empty when the image has none. */
export interface UserFiles {
  readonly passwd: string;
  readonly group: string;
}

export interface ResolvedUser extends InstanceUser {
  /** For HOME; `/` when passwd does not say. */
  readonly home: string;
}

const NUMBER = /^\d+$/;
const MAX_ID = 2 ** 32 - 2;

/**
 * The process' user: `runAsUser` and `runAsGroup` win over the image's `user[:group]`; names are looked up in the image's
 * own files. A user found in passwd also gets the groups that list it, unless the policy is Strict. Throws a stalled outcome for unknown names.
 */
export function resolveUser(
  imageUser: string,
  context: ContainerSecurityContext | undefined,
  files: UserFiles,
): ResolvedUser {
  const [imageName = '', imageGroup] = imageUser.split(':');
  const wantedUser = context?.runAsUser ?? (imageName || 0);
  const wantedGroup = context?.runAsGroup ?? (context?.runAsUser === undefined ? imageGroup || undefined : undefined);
  const entry = passwdEntry(files.passwd, String(wantedUser));
  const uid = entry?.uid ?? numeric(wantedUser, 'user', '/etc/passwd');
  const gid = wantedGroup === undefined ? (entry?.gid ?? 0) : groupId(files.group, String(wantedGroup));
  if (context?.runAsNonRoot && uid === 0) {
    throw stalled(REASONS.RunAsNonRootViolation, 'the process would run as user 0, and runAsNonRoot forbids it');
  }
  const strict = context?.supplementalGroupsPolicy === 'Strict';
  const listed = entry === undefined || strict ? [] : groupsListing(files.group, entry.name);
  const more = (context?.supplementalGroups ?? []).map((group) => groupId(files.group, String(group)));
  const additionalGids = [...new Set([...listed, ...more])].filter((id) => id !== gid);
  return { uid, gid, additionalGids, home: entry?.home || '/' };
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** By name first, then by number: a name of digits is rare, and wins as it does everywhere. */
function passwdEntry(passwd: string, wanted: string): PasswdEntry | undefined {
  const rows = lines(passwd).filter((fields) => fields.length >= 4);
  const row = rows.find(([name]) => name === wanted) ?? rows.find(([, , uid]) => uid === wanted);
  if (row === undefined) return undefined;
  const [name = '', , uid = '', gid = '', , home = ''] = row;
  return NUMBER.test(uid) && NUMBER.test(gid) ? { name, uid: Number(uid), gid: Number(gid), home } : undefined;
}

function groupId(group: string, wanted: string): number {
  const row = lines(group).find(([name, , gid]) => name === wanted && NUMBER.test(gid ?? ''));
  return row === undefined ? numeric(wanted, 'group', '/etc/group') : Number(row[2]);
}

function groupsListing(group: string, user: string): number[] {
  return lines(group)
    .filter(([, , gid = '', members = '']) => NUMBER.test(gid) && members.split(',').includes(user))
    .map(([, , gid]) => Number(gid));
}

const lines = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.trimEnd().split(':'));

function numeric(value: string | number, what: 'user' | 'group', file: string): number {
  const id = NUMBER.test(String(value)) ? Number(value) : -1;
  if (id >= 0 && id <= MAX_ID) return id;
  throw stalled(
    REASONS.UserNotFound,
    `${what} ${JSON.stringify(String(value))} is not in the image's ${file}; use a number, or an image that has it`,
  );
}

const stalled = (reason: string, message: string): ReconcileError =>
  new ReconcileError({ type: 'stalled', reason, message });
