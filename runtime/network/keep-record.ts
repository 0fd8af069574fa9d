/** The record of a sandbox while it is being changed. */
import type { Workshop } from './attachments.ts';
import type { AttachmentRecord, SandboxRecord } from './records.ts';

export const withAttachments = (
  record: SandboxRecord,
  change: (attachment: AttachmentRecord) => AttachmentRecord,
): SandboxRecord => ({ ...record, attachments: record.attachments.map(change) });

export const withAttachment = (record: SandboxRecord, changed: AttachmentRecord): SandboxRecord =>
  withAttachments(record, (one) => (one.network === changed.network ? changed : one));

/** Writes a record that differs from the one that was written last. */
export async function saveSandbox(shop: Pick<Workshop, 'sandboxes'>, record: SandboxRecord): Promise<void> {
  if (JSON.stringify(shop.sandboxes.get(record.id)) === JSON.stringify(record)) return;
  await shop.sandboxes.write(record.id, record);
}
