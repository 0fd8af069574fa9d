import { sync as syncKind } from '../../../schemas/definitions/sync.ts';
import type { Sync } from '../../../schemas/gen/types.ts';
import type { ObjectRef } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import { UsageError } from '../../errors.ts';
import type { Io } from '../../io.ts';
import { refOf } from '../../kinds/directory.ts';

/** `NAME` and `sync/NAME`. */
export const bareName = (typed: string): string => typed.replace(/^syncs?(\.tsmoby\.dev)?\//, '');

export const shownSync = (name: string): string => `sync.tsmoby.dev/${name}`;

/** The one Sync that a command is about. */
export function oneName(action: string, [typed, ...more]: readonly string[]): string {
  if (typed === undefined || more.length > 0) throw new UsageError(`name one Sync: ${action} NAME`);
  return bareName(typed);
}

export const syncRef = ({ namespace }: Session, name: string): ObjectRef => ({ ...refOf(syncKind), namespace, name });

export const getSync = (session: Session, name: string, { signal }: Io): Promise<Sync> =>
  session.client.get<Sync>(syncRef(session, name), { signal });
