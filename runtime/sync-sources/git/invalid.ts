import { RuntimeError } from '../../errors.ts';

/** A signature is missing, broken, or of somebody else. */
export function invalid(message: string, cause?: unknown): RuntimeError {
  return new RuntimeError('Corrupt', message, { cause, reason: 'SignatureInvalid' });
}
