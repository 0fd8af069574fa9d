/** RFC 6901. */
import { malformed } from './patch-error.ts';

/** The steps of a pointer, unescaped; none for the whole document. @throws {PatchError} malformed */
export function parsePointer(pointer: string): readonly string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/'))
    throw malformed(`JSON pointer ${JSON.stringify(pointer)} must be empty or begin with /`);
  if (/~(?![01])/.test(pointer)) {
    throw malformed(`JSON pointer ${JSON.stringify(pointer)}: ~ must be followed by 0 or 1`);
  }
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A step as index of a list: digits without leading zeros; undefined if it is none. */
export const parseIndex = (step: string): number | undefined =>
  /^(0|[1-9]\d{0,9})$/.test(step) ? Number(step) : undefined;
