/** By what probes are known again, by the next daemon and the next netd; also those of a netd that told them otherwise. */
import { createHash } from 'node:crypto';
import type { ProbeSpec, ProbeState, ProbeTarget } from '../ports/probes.ts';
import type { KeptProbe } from './program/protocol.ts';

/** As protocol 1 has it. */
export interface OlderProbe {
  readonly key: string;
  readonly serial: number;
  readonly spec: ProbeSpec;
  readonly target: ProbeTarget;
  readonly state: ProbeState;
  /** The daemon asks. */
  readonly byDaemon: boolean;
}

/** A command may be long, and only the daemon needs it: netd, and the next daemon, tell probes apart by this. */
export const digestOf = (spec: ProbeSpec, target: ProbeTarget): string =>
  createHash('sha256')
    .update(JSON.stringify([spec, target]))
    .digest('base64url');

/** Without it, whoever is well counts as unknown after an upgrade, and gets no connections until it was asked again. */
export function translated(probe: KeptProbe | OlderProbe): KeptProbe {
  if (!('byDaemon' in probe)) return probe;
  const { key, serial, state, spec, target, byDaemon } = probe;
  return { key, serial, state, digest: digestOf(spec, target), ...(byDaemon ? {} : { question: { spec, target } }) };
}
