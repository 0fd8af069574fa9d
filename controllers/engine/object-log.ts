import type { KubeObject } from '../../schemas/object.ts';
import type { Log } from './environment.ts';

/** A log whose every line says which object and which pass it is about, with the same keys everywhere. */
export function objectLog(log: Log, controller: string, object: KubeObject, reconcileId: string): Log {
  const { kind, metadata } = object;
  const where = { controller, kind, namespace: metadata.namespace, name: metadata.name, reconcileId };
  return {
    debug: (fields, message) => log.debug({ ...where, ...fields }, message),
    info: (fields, message) => log.info({ ...where, ...fields }, message),
    warn: (fields, message) => log.warn({ ...where, ...fields }, message),
    error: (fields, message) => log.error({ ...where, ...fields }, message),
  };
}
