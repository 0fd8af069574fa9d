import { RuntimeError } from '../../../errors.ts';

/** Reason of what is refused for its size: the same again is just as large. */
export const CONTEXT_TOO_LARGE = 'ContextTooLarge';

/** `has`: how it goes over `limit` bytes. */
export function tooLarge(what: string, has: string, limit: number): RuntimeError {
  return new RuntimeError('InvalidArgument', `${what}: ${has} ${sizeOf(limit)}, which is the most that is taken`, {
    reason: CONTEXT_TOO_LARGE,
  });
}

function sizeOf(bytes: number): string {
  if (bytes < 2 ** 20) return `${bytes} bytes`;
  return bytes < 2 ** 30 ? `${bytes / 2 ** 20} MiB` : `${bytes / 2 ** 30} GiB`;
}
