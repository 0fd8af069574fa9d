import type { PublicationRecord } from './record.ts';

/**
 * Computes it once for each record: none that is finished ever changes, and of thousands that are in force a change concerns a few. What is answered is
 * the same object each time, by which others see that it is the same.
 */
export function perRecord<T extends object>(
  compute: (record: PublicationRecord) => T,
): (record: PublicationRecord) => T {
  const known = new WeakMap<PublicationRecord, T>();
  return (record) => {
    const found = known.get(record);
    if (found !== undefined) return found;
    const made = compute(record);
    known.set(record, made);
    return made;
  };
}
