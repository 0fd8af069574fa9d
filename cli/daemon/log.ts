import { destination, pino, stdSerializers } from 'pino';
import type { Log } from '../../controllers/engine/environment.ts';

/** Characters of lines that could not be written yet; beyond it lines are dropped. */
const MAX_WAITING = 1024 * 1024;

/** Structured lines on stderr: a constant message and the same keys everywhere. Errors keep their stack and causes. */
export function createLog(level: string): Log {
  const serializers = { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause };
  const lines = destination({ fd: 2, sync: true, maxLength: MAX_WAITING });
  // A full disk behind stderr must not end the daemon: lines are lost until there is room again.
  lines.on('error', () => undefined);
  return pino({ level, base: null, serializers, timestamp: pino.stdTimeFunctions.isoTime }, lines);
}
