import type { Probes } from '../../runtime/ports/probes.ts';
import { ownerOf } from './instances.ts';

export const PROBE_KINDS = ['startup', 'liveness', 'readiness'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** `<uid>/<revision>/<kind>`: two instances of one Container may be probed at once. */
export function probeKey(id: string, kind: ProbeKind): string {
  const uid = ownerOf(id);
  return `${uid}/${id.slice(uid.length + 1)}/${kind}`;
}

/** Nobody asks this instance any more. */
export function removeProbes(probes: Probes, id: string, kinds: readonly ProbeKind[] = PROBE_KINDS): void {
  for (const kind of kinds) probes.remove(probeKey(id, kind));
}

/** Nobody asks any instance of this owner any more, also one that is not known here. */
export function removeProbesOf(probes: Probes, uid: string): void {
  for (const key of probes.list()) if (ownerOf(key) === uid) probes.remove(key);
}
