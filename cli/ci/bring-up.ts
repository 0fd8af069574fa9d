/** An environment comes up: all objects are sent at once, and waited for until they are as they are wanted. */
import { ApiError } from '../../client/client.ts';
import { awaitCurrent, type NotCurrent } from '../../client/environment/await-current.ts';
import type { ObjectRef } from '../../schemas/object.ts';
import { AT_ONCE, startBounded } from '../bounded.ts';
import { isUnreachable, type Session } from '../connect/session.ts';
import { refOf } from '../kinds/directory.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { refusalLines } from '../manifests/refusal-lines.ts';
import type { WaitView } from '../wait/progress/view.ts';

const FIELD_MANAGER = 'tsmoby-ci';

export type BroughtUp =
  | { readonly type: 'up' }
  /** The server refused objects; a line for each mistake. */
  | { readonly type: 'refused'; readonly lines: readonly string[] }
  | { readonly type: 'failed'; readonly failed: NotCurrent }
  | { readonly type: 'timeout'; readonly waiting: readonly NotCurrent[] };

export interface BringUpOptions {
  readonly session: Session;
  readonly manifests: readonly Manifest[];
  /** Sent and not waited for. */
  readonly notAwaited?: Manifest | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onWarning: (text: string) => void;
  readonly onCurrent: (ref: ObjectRef) => void;
  readonly view: WaitView;
}

/** Rejects with the signal's reason, and with ApiError when the server cannot be reached. */
export async function bringUp(options: BringUpOptions): Promise<BroughtUp> {
  const { session, manifests, notAwaited, timeoutMs, signal, onCurrent, view } = options;
  const lines = await send(options);
  if (lines.length > 0) return { type: 'refused', lines };
  const awaited = manifests.filter((manifest) => manifest !== notAwaited);
  const refs = awaited.map(refTo);
  const named = new Map(refs.map((ref, at) => [ref, awaited[at] as Manifest]));
  view.begin(awaited, session.client);
  using _ended = { [Symbol.dispose]: () => view[Symbol.dispose]() };
  const outcome = await awaitCurrent(session.client, refs, {
    timeoutMs,
    signal,
    onSeen: (ref, object) => view.seen(named.get(ref) as Manifest, object),
    onCurrent(ref) {
      view.met(named.get(ref) as Manifest);
      onCurrent(ref);
    },
  });
  return outcome.type === 'current' ? { type: 'up' } : outcome;
}

export const refTo = ({ kind, namespace, name }: Manifest): ObjectRef => ({
  ...refOf(kind),
  ...(namespace === undefined ? {} : { namespace }),
  name,
});

/** What describes others goes first. Resolves with what was refused. */
async function send({ session, manifests, signal, onWarning }: BringUpOptions): Promise<readonly string[]> {
  const refused: string[] = [];
  const isDefinition = ({ kind }: Manifest): boolean => kind.kind === 'CustomResourceDefinition';
  for (const stage of [manifests.filter(isDefinition), manifests.filter((one) => !isDefinition(one))]) {
    const answers = startBounded(stage, AT_ONCE, async ({ object }) =>
      session.client.apply(object, { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', onWarning, signal }),
    );
    for (const [at, answer] of answers.entries()) {
      try {
        await answer;
      } catch (error) {
        if (isUnreachable(error) || !(error instanceof ApiError)) throw error;
        refused.push(...refusalLines(stage[at] as Manifest, error));
      }
    }
  }
  return refused;
}
