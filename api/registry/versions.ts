import type { Revision } from '../store/store.ts';
import { badRequest } from '../status-error.ts';

/** A resourceVersion parameter as a number. Throws BadRequest for what is none. */
export function parseVersion(text: string): Revision {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw badRequest(
      `resourceVersion: Invalid value: ${JSON.stringify(text.slice(0, 40))}: must be a number from an earlier answer`,
    );
  }
  return value;
}
