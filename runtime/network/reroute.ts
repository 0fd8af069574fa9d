/** Default routes of interfaces that stay, as the record of their sandbox tells of them. */
import type { Family } from '../../schemas/values/addresses.ts';
import type { Workshop } from './attachments.ts';
import { saveSandbox, withAttachment } from './keep-record.ts';
import type { AttachmentRecord, SandboxRecord } from './records.ts';

/** How far it has come. */
export interface Now {
  record: SandboxRecord;
}

/**
 * Takes or gives routes of these families. While that is under way, and for as long as it fails, the record says that nobody knows whether they are
 * there: the next ensure takes them, or gives them, in any case. What was in doubt before of other families stays so.
 */
export async function reroute(
  shop: Pick<Workshop, 'sandboxes'>,
  now: Now,
  { network }: AttachmentRecord,
  families: readonly Family[],
  change: () => Promise<void>,
): Promise<void> {
  const one = now.record.attachments.find((each) => each.network === network);
  if (one === undefined || families.length === 0) return;
  const defaultRoutes = one.defaultRoutes.filter((family) => !families.includes(family));
  const doubtful = (one.doubtfulRoutes ?? []).filter((family) => !families.includes(family));
  now.record = withAttachment(now.record, { ...one, defaultRoutes, doubtfulRoutes: [...doubtful, ...families] });
  await saveSandbox(shop, now.record);
  await change();
  const rest = doubtful.length === 0 ? {} : { doubtfulRoutes: doubtful };
  now.record = withAttachment(now.record, { ...settled(one), ...rest, defaultRoutes });
}

/** Without a doubt. */
export function settled(attachment: AttachmentRecord): AttachmentRecord {
  const { doubtfulRoutes: _, ...rest } = attachment;
  return rest;
}
