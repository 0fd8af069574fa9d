import { isReason, type Client } from '../../../client/client.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sync } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Reader } from '../../engine/contract.ts';
import { refOf } from '../../engine/keys.ts';
import { differingFields } from '../differences.ts';
import { partOf } from '../../../schemas/values/apply-set/marks.ts';
import { isNamespace } from '../../../schemas/values/apply-set/order.ts';
import { applySetId, managerOf, shownObject } from '../names.ts';
import { isHeldBy, type OtherSync } from '../others.ts';
import { planObject } from '../plan.ts';
import { refusalText } from '../refusal-text.ts';
import { ignoredPointers, sentDigest, sentObject } from '../sent.ts';
import type { Target } from '../target.ts';
import type { SyncDeps } from '../visit.ts';
import type { PreviewLine } from './preview.ts';

export interface Previewed {
  readonly sync: Sync;
  readonly deps: SyncDeps;
  /** What other Syncs have, read when somebody first wants to know, and once. */
  readonly others: () => Promise<readonly OtherSync[]>;
  /** Just this was applied before, as status says. */
  readonly wasApplied: boolean;
  readonly context: { readonly client: Client; readonly reader: Reader; readonly signal: AbortSignal };
}

/** So many are asked about at once. */
const AT_ONCE = 8;

/** Objects that would be others, in the order of the files. What is as it was last sent is not asked about. */
export async function* compareObjects(
  preview: Previewed,
  targets: readonly Target[],
): AsyncGenerator<PreviewLine, void, void> {
  const { signal } = preview.context;
  const namespaces = new Set(
    targets.flatMap(({ wanted: { object } }) => (isNamespace(object) ? object.metadata.name : [])),
  );
  for (let at = 0; at < targets.length; at += AT_ONCE) {
    const some = targets.slice(at, at + AT_ONCE);
    const lines = await Promise.all(some.map((target) => compareObject(preview, target, namespaces)));
    yield* lines.filter((line) => line !== undefined);
    await nextTurn();
    signal.throwIfAborted();
  }
}

async function compareObject(
  preview: Previewed,
  target: Target,
  namespaces: ReadonlySet<string>,
): Promise<PreviewLine | undefined> {
  const { sync, deps } = preview;
  const { object } = target.wanted;
  const shown = shownObject(object);
  const pointers = ignoredPointers(sync, target.wanted);
  const sent = sentDigest(target, pointers);
  const scope = target.wanted.scope === 'Cluster' ? undefined : object.metadata.namespace;
  const live = deps.members.find(object, scope, object.metadata.name);
  const set = applySetId(sync);
  const owner = live && partOf(live);
  const isForeign = owner !== undefined && owner !== set;
  const step = planObject({
    sent,
    live,
    remembered: deps.memories.get(sync.metadata.uid)?.objects.get(target.id),
    refused: undefined,
    heldUntil: 0,
    set,
    isTheirs: isForeign && isHeldBy(await preview.others(), owner, target.id),
    mode: sync.spec.drift?.mode ?? 'Enforce',
    wasApplied: preview.wasApplied,
    now: 0,
  });
  if (step.type === 'nothing') return undefined;
  if (step.type === 'theirs') return note(`${shown} belongs to another Sync, which has it in its files, too`);
  if (step.type === 'wait') return note(`${shown} is being deleted, and would be made again then`);
  const compared = await dryRun(preview, target, pointers, namespaces);
  if (compared?.type !== 'object' || step.type !== 'compare') return compared;
  return note(`${shown} differs, and would be left so (drift.mode: Warn)`);
}

const note = (message: string): PreviewLine => ({ type: 'note', message });

/** An object that somebody writes to meanwhile is asked about again; so often. */
const TRIES = 4;

async function dryRun(
  { sync, deps, context: { client, signal } }: Previewed,
  target: Target,
  pointers: readonly string[],
  namespaces: ReadonlySet<string>,
): Promise<PreviewLine | undefined> {
  const { wanted } = target;
  const { object } = wanted;
  const options = {
    fieldManager: managerOf(sync),
    force: true,
    fieldValidation: 'Strict',
    dryRun: true,
    signal,
  } as const;
  const isServed = deps.kinds.scopeOf(object) !== undefined;
  for (let left = TRIES; ; left -= 1) {
    const live = isServed ? await find(client, object as KubeObject, signal) : undefined;
    const input = sentObject(target, applySetId(sync), pointers, live);
    // What needs something of the same files cannot be asked about before that is there.
    const { namespace = '' } = object.metadata;
    const isEarly = !isServed || (namespaces.has(namespace) && !(await isThere(client, namespace, signal)));
    if (isEarly) return { type: 'object', merged: input as KubeObject };
    try {
      const merged = await client.apply<KubeObject>(input, options);
      const isSame = live === undefined || live.metadata.resourceVersion === merged.metadata.resourceVersion;
      if (!isSame && left > 1) continue;
      if (live !== undefined && differingFields(live, merged).length === 0) return undefined;
      return { type: 'object', ...(live === undefined ? {} : { live }), merged };
    } catch (error) {
      signal.throwIfAborted();
      const message = refusalText(error, wanted);
      if (message === undefined) throw error;
      return { type: 'problem', message };
    }
  }
}

const isThere = async (client: Client, name: string, signal: AbortSignal): Promise<boolean> =>
  (await find(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } as KubeObject, signal)) !== undefined;

async function find(client: Client, object: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> {
  try {
    return await client.get<KubeObject>(refOf(object), { signal });
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}
