import { destination, pino, stdSerializers } from 'pino';
import type { Log } from '../../controllers/engine/environment.ts';

/** Structured lines on stderr: a constant message and the same keys everywhere. Errors keep their stack and causes. */
export function createLog(level: string): Log {
  const serializers = { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause };
  return pino(
    { level, base: null, serializers, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ fd: 2, sync: true }),
  );
}
