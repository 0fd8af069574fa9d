/**
 * Records as one exact ArrayBuffer, so that a batch crosses to the thread, and a slice comes back, without a copy.
 * Little endian: u32 count, then for each record f64 revision, f64 createRevision, f64 expiresAt, u32 key length, u32 value length
 * (0xFFFFFFFF: none, a deletion), the key as UTF-8, the value.
 */

/** A record as the database holds it: the key as UTF-8. */
export interface RawRecord {
  readonly revision: number;
  readonly createRevision: number;
  readonly expiresAt: number;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

const HEAD_BYTES = 4;
const RECORD_BYTES = 3 * 8 + 2 * 4;
const NO_VALUE = 0xffff_ffff;

export function packRecords(records: readonly RawRecord[]): ArrayBuffer {
  let size = HEAD_BYTES;
  for (const { key, value } of records) size += RECORD_BYTES + key.length + (value?.length ?? 0);
  const buffer = new ArrayBuffer(size);
  const view = new DataView(buffer);
  const bytes = new Uint8Array(buffer);
  view.setUint32(0, records.length, true);
  let at = HEAD_BYTES;
  for (const { revision, createRevision, expiresAt, key, value } of records) {
    view.setFloat64(at, revision, true);
    view.setFloat64(at + 8, createRevision, true);
    view.setFloat64(at + 16, expiresAt, true);
    view.setUint32(at + 24, key.length, true);
    view.setUint32(at + 28, value ? value.length : NO_VALUE, true);
    at += RECORD_BYTES;
    bytes.set(key, at);
    at += key.length;
    if (value) bytes.set(value, at);
    at += value?.length ?? 0;
  }
  return buffer;
}

/** The records as views into the buffer. */
export function unpackRecords(buffer: ArrayBuffer): RawRecord[] {
  const view = new DataView(buffer);
  const count = view.getUint32(0, true);
  const records: RawRecord[] = [];
  let at = HEAD_BYTES;
  for (let index = 0; index < count; index++) {
    const keyLength = view.getUint32(at + 24, true);
    const valueLength = view.getUint32(at + 28, true);
    const keyAt = at + RECORD_BYTES;
    const valueAt = keyAt + keyLength;
    records.push({
      revision: view.getFloat64(at, true),
      createRevision: view.getFloat64(at + 8, true),
      expiresAt: view.getFloat64(at + 16, true),
      key: new Uint8Array(buffer, keyAt, keyLength),
      value: valueLength === NO_VALUE ? undefined : new Uint8Array(buffer, valueAt, valueLength),
    });
    at = valueAt + (valueLength === NO_VALUE ? 0 : valueLength);
  }
  return records;
}
