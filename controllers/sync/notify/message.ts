import { encodeJson } from '../../../schemas/text/json.ts';
import type { Sync } from '../../../schemas/gen/types.ts';
import type { Happening } from './happenings.ts';

/** What is posted, as docs/kinds/sync.md describes it. A field that has nothing to say is not there. */
export function messageOf({ apiVersion, kind, metadata }: Sync, happening: Happening, now: string): string {
  const { id, event, reason, message, revision, digest, time } = happening;
  const { namespace, name, uid } = metadata;
  return encodeJson({
    id,
    event,
    severity: event === 'Applied' ? 'info' : 'error',
    time: time ?? now,
    object: { apiVersion, kind, namespace, name, uid },
    reason,
    message,
    ...(revision === undefined ? {} : { revision }),
    ...(digest === undefined ? {} : { digest }),
  });
}
