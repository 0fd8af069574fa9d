/**
 * What stands in the store in front of every value: four bytes that say how to read the rest.
 *
 *   0  mark 0xB7, which begins neither JSON nor any UTF-8 text: a value that is not ours is told apart
 *   1  format: 1 = JSON for plain `JSON.parse`; 2 = JSON with integers beyond 2^53, to be read with `JSON_WITH_BIGINTS` in mind
 *   2  storage version of our own layout, so that a later release can migrate
 *   3  transformer: 0 = none; room for encryption at rest
 */
export const ENVELOPE_BYTES = 4;

/** The layout this release writes. */
export const STORAGE_VERSION = 1;

const MARK = 0xb7;

export type ValueFormat = 'json' | 'json-with-bigints';

const FORMAT_BYTES: Readonly<Record<ValueFormat, number>> = { json: 1, 'json-with-bigints': 2 };

export interface OpenedValue {
  readonly format: ValueFormat;
  readonly storageVersion: number;
  /** The payload as a view into the value: not a copy. */
  readonly payload: Uint8Array;
}

/** A value whose envelope this release cannot read. The message never shows payload bytes. */
export class EnvelopeError extends Error {
  override readonly name = 'EnvelopeError';
}

/** Wraps JSON text as UTF-8, ready to be stored. */
export function sealValue(json: string, format: ValueFormat): Uint8Array {
  const value = Buffer.allocUnsafe(ENVELOPE_BYTES + Buffer.byteLength(json));
  value[0] = MARK;
  value[1] = FORMAT_BYTES[format];
  value[2] = STORAGE_VERSION;
  value[3] = 0;
  value.write(json, ENVELOPE_BYTES);
  return value;
}

/** Opens a stored value; throws EnvelopeError for what this release does not know. */
export function openValue(value: Uint8Array): OpenedValue {
  const format = checkEnvelope(value);
  return { format, storageVersion: value[2] ?? 0, payload: value.subarray(ENVELOPE_BYTES) };
}

/** The format of a stored value, behind the same checks; makes no view of it. */
export function checkEnvelope(value: Uint8Array): ValueFormat {
  if (value.length < ENVELOPE_BYTES || value[0] !== MARK)
    throw new EnvelopeError('the stored value has no tsmoby envelope: it was written by something else, or is damaged');
  const formatByte = value[1];
  const storageVersion = value[2] ?? 0;
  const transformer = value[3];
  const format = formatByte === 1 ? 'json' : formatByte === 2 ? 'json-with-bigints' : undefined;
  if (!format)
    throw new EnvelopeError(
      `the stored value has format ${formatByte}, which this release does not know: upgrade tsmoby`,
    );
  if (storageVersion > STORAGE_VERSION)
    throw new EnvelopeError(
      `the stored value has storage version ${storageVersion}, this release reads up to ${STORAGE_VERSION}: upgrade tsmoby`,
    );
  if (transformer !== 0)
    throw new EnvelopeError(
      `the stored value was transformed (transformer ${transformer}), and no such transformer is configured`,
    );
  return format;
}
