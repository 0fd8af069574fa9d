import { badRequest } from '../status-error.ts';
import type { JsonValue } from '../../schemas/object.ts';
import type { BodyFormat } from './media-types.ts';

/** Reads a body in one of the formats. Throws BadRequest with the place of the mistake. */
export function decodeBytes(
  bytes: Uint8Array,
  _format: BodyFormat,
): { readonly value: JsonValue; readonly duplicates: readonly string[] } {
  try {
    return { value: JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonValue, duplicates: [] };
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
}
