import type { Container } from '../../schemas/gen/types.ts';
import type { KubeObject } from '../../schemas/object.ts';
import { isContainer } from './ports.ts';

/**
 * A Container that does one thing, and is done when it has ended: its restartPolicy is Never or OnFailure, and it serves nobody, as one with ports or a
 * readinessProbe does.
 */
function isOneShot({ spec }: Container): boolean {
  const { restartPolicy = 'Always', ports = [], readinessProbe } = spec;
  return restartPolicy !== 'Always' && ports.length === 0 && readinessProbe === undefined;
}

/** Whether an object has done what it does once; true for all that goes on. While such a one runs, it is Ready, and may still fail. */
export function isDone(object: KubeObject): boolean {
  if (!isContainer(object) || !isOneShot(object as Container)) return true;
  return (object as Container).status?.phase === 'Succeeded';
}
