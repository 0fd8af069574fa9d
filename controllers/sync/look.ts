import type { Sync } from '../../schemas/gen/types.ts';
import { REASONS } from '../../schemas/conditions.ts';
import { parseDuration } from '../../schemas/values/duration.ts';
import { fingerprint } from '../../schemas/values/fingerprint.ts';
import { ReconcileError } from '../engine/contract.ts';
import { lookAtFiles, revisionOf, filesTrouble, type FilesView } from './files-look.ts';
import type { SyncInputs } from './inputs.ts';
import type { Visit } from './visit.ts';

/** Files that may mend by themselves are read again so soon. */
const HEALING_MS = 2000;
const DEFAULT_INTERVAL = '1m';

export interface Found {
  readonly view: FilesView;
  /** The source cannot be read at present: what was last seen counts meanwhile, and nothing is let go. */
  readonly isStale: boolean;
}

/** The files as they were last seen; asked for anew on request, when a watch told of a change, and from time to time. */
export function lookAtSource(visit: Visit, inputs: SyncInputs): Found {
  const { sync, deps, key, request, context } = visit;
  const { status } = context;
  const { uid } = sync.metadata;
  const { source, path, decryption } = sync.spec;
  const question = fingerprint([uid, source, path, decryption, inputs.fetchVersions, request]);
  const look = deps.looks.look(key, question, intervalOf(sync, deps.looks.peek(key)), (signal) =>
    lookAtFiles(sync, inputs, deps, signal),
  );
  if (look.type === 'pending') throw new NotKnownYet('reading the source');
  visit.again(look.dueInMs);
  // Whatever came of it, it was asked.
  if (request !== undefined) status.set({ observedRequest: request });
  if (look.type === 'failed') throw reportTrouble(visit, look.error);
  const { value: view, trouble } = look;
  const isStale = trouble !== undefined;
  if (isStale) reportTrouble(visit, trouble);
  else status.condition({ type: 'SourceReady', status: 'True', reason: REASONS.SourceRead, message: revisionOf(view) });
  return { view, isStale };
}

function reportTrouble({ context: { status } }: Visit, trouble: unknown): unknown {
  const translated = filesTrouble(trouble);
  if (translated instanceof ReconcileError && translated.outcome.type !== 'settled') {
    const { reason, message } = translated.outcome;
    status.condition({ type: 'SourceReady', status: 'False', reason, message });
  }
  return translated;
}

/** Somebody finds it out, and the Sync is woken then. */
export class NotKnownYet extends ReconcileError {
  constructor(message: string) {
    super({ type: 'progressing', reason: REASONS.Progressing, message });
  }
}

type Peeked = ReturnType<Visit['deps']['looks']['peek']>;

function intervalOf({ spec }: Sync, look: Peeked): number {
  const interval = parseDuration(spec.interval ?? DEFAULT_INTERVAL);
  const mayMend = look?.type === 'known' && look.value.read.problems.some(({ heals }) => heals);
  if (!mayMend) return interval;
  return interval === 0 ? HEALING_MS : Math.min(interval, HEALING_MS);
}
