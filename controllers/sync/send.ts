import { REASONS } from '../../schemas/conditions.ts';
import type { KubeObject } from '../../schemas/object.ts';
import type { Refusal } from './apply.ts';
import { differingFields } from './differences.ts';
import { MANAGER_PREFIX, shownObject } from './names.ts';
import type { Cause } from './plan.ts';
import { refusalText } from './refusal-text.ts';
import { sentObject } from './sent.ts';
import { standOf } from './stand.ts';
import type { Target } from './target.ts';
import type { Visit } from './visit.ts';

export interface Sending {
  readonly target: Target;
  readonly live: KubeObject | undefined;
  /** Digest of what is sent. */
  readonly sent: string;
  /** Fields that are left to others. */
  readonly pointers: readonly string[];
}

export type Sent =
  | { readonly type: 'created' | 'configured' | 'corrected' | 'unchanged' }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/** Sends one object. Rejects when the server cannot be reached, or the pass ends. */
export async function send({ cause, ...sending }: Sending & { readonly cause: Cause }, visit: Visit): Promise<Sent> {
  const { target, live, sent, pointers } = sending;
  const { memory, context, manager, set } = visit;
  const wasThere = memory.objects.has(target.id);
  try {
    const { signal, client } = context;
    const input = sentObject(target, set, pointers, live);
    const options = { fieldManager: manager, force: true, fieldValidation: 'Strict', signal } as const;
    const applied = await takeFieldsOver(await client.apply<KubeObject>(input, options), visit);
    memory.remember(target.id, sent, applied);
    if (live?.metadata.resourceVersion === applied.metadata.resourceVersion) return { type: 'unchanged' };
    const type = tellOf(cause, wasThere, live, applied, visit);
    if (type === 'corrected') memory.correct(target.id, context.clock.now());
    return { type };
  } catch (error) {
    return { type: 'refused', refusal: refusalOf(error, sending, visit) };
  }
}

function tellOf(
  cause: Cause,
  wasThere: boolean,
  live: KubeObject | undefined,
  applied: KubeObject,
  { context: { event } }: Visit,
): 'created' | 'configured' | 'corrected' {
  const shown = shownObject(applied);
  if (cause === 'missing' && wasThere) {
    event('Normal', REASONS.DriftCorrected, `${shown} was deleted, and is there again`);
    return 'corrected';
  }
  if (live === undefined) return 'created';
  if (cause === 'drifted') {
    event('Normal', REASONS.DriftCorrected, `${shown}: set back ${differingFields(live, applied).join(', ')}`);
    return 'corrected';
  }
  if (cause === 'taken over') event('Normal', REASONS.TakenOver, `${shown} belongs to this Sync now`);
  return 'configured';
}

/** What a former Sync owned, and this one does not say, goes: nobody says it any more. */
async function takeFieldsOver(applied: KubeObject, { manager, context }: Visit): Promise<KubeObject> {
  const { apiVersion, kind, metadata } = applied;
  const former = (metadata.managedFields ?? []).filter(
    (entry) =>
      entry.operation === 'Apply' &&
      entry.manager.startsWith(MANAGER_PREFIX) &&
      entry.manager !== manager &&
      entry.subresource === undefined,
  );
  let now = applied;
  for (const { manager: fieldManager, apiVersion: written } of former) {
    const { namespace, name } = metadata;
    const nothing = {
      apiVersion: written,
      kind,
      metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    };
    now = await context.client.apply<KubeObject>(nothing, {
      fieldManager,
      force: false,
      signal: context.signal,
    });
  }
  return now.apiVersion === apiVersion ? now : { ...now, apiVersion };
}

/** How an object differs from what is wanted; undefined when it does not. Nothing is written. */
export async function compareWithWanted(
  sending: Sending,
  visit: Visit,
): Promise<{ readonly differing: readonly string[] } | { readonly refused: Refusal } | undefined> {
  const { target, live, sent, pointers } = sending;
  const { memory, context, manager, set } = visit;
  if (live === undefined) return undefined;
  const stand = standOf(live);
  const known = memory.differences.get(target.id);
  if (known?.stand === stand) return { differing: known.fields };
  try {
    const input = sentObject(target, set, pointers, live);
    const { signal, client } = context;
    const options = { fieldManager: manager, force: true, fieldValidation: 'Strict', dryRun: true, signal } as const;
    const fields = differingFields(live, await client.apply<KubeObject>(input, options));
    if (fields.length === 0) {
      memory.remember(target.id, sent, live);
      return undefined;
    }
    memory.differences.set(target.id, { stand, fields });
    context.event('Warning', REASONS.Drifted, `${shownObject(live)} differs: ${fields.join(', ')}`);
    return { differing: fields };
  } catch (error) {
    return { refused: refusalOf(error, sending, visit) };
  }
}

function refusalOf(error: unknown, { target, sent }: Sending, { memory, context }: Visit): Refusal {
  context.signal.throwIfAborted();
  const text = refusalText(error, target.wanted);
  if (text === undefined) throw error;
  const { id } = target;
  const now = context.clock.now();
  memory.refuse(id, sent, text, now);
  return { text, retryInMs: (memory.refused.get(id)?.retryAt ?? now) - now };
}
