import { computeStatus } from '../../../schemas/values/kstatus.ts';
import type { Session } from '../../connect/session.ts';
import { note } from '../../io.ts';
import { shownName } from '../../kinds/directory.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { awaitObjects, MET, PENDING, type Awaited } from '../../wait/await-objects.ts';
import { WaitView } from '../../wait/progress/view.ts';
import { unmetLines } from '../../wait/unmet-lines.ts';
import type { Call } from '../command.ts';
import type { applyFlags } from './flags.ts';
import type { Member } from './set/plan.ts';

/** One that is to go. */
interface Going extends Awaited {
  readonly uid: string;
}

/** Waits until every object is what its manifest says, or one cannot become so, and until what was pruned is gone. Resolves with the exit code. */
export async function waitForApplied(
  { flags, io }: Call<typeof applyFlags>,
  session: Session,
  manifests: readonly Manifest[],
  pruned: readonly Member[],
): Promise<number> {
  const going = pruned.map(({ kind, object: { metadata } }): Going => {
    const { name, namespace, uid } = metadata;
    return { kind, name, uid, ...(namespace === undefined ? {} : { namespace }) };
  });
  const awaited: readonly (Awaited | Going)[] = [...manifests, ...going];
  using view = new WaitView(io, { show: { live: true, plain: true } });
  view.begin(awaited, session.client);
  const unmet = await awaitObjects(session, view.io, awaited, {
    timeoutMs: flags.timeout,
    onSeen: (one, object) => view.seen(one, object),
    onMet: (one) => {
      view.met(one);
      const state = 'uid' in one ? 'gone' : 'ready';
      if (flags.output === undefined) view.io.stdout.write(`${shownName(one.kind, one.name)} is ${state}\n`);
    },
    judge(object, one) {
      if ('uid' in one) return object?.metadata.uid === one.uid ? PENDING : MET;
      const { kind, name } = one;
      const { state, message } = computeStatus(object);
      if (state === 'Current') return MET;
      const hopeless = state === 'Failed' || state === 'NotFound';
      return hopeless ? { state: 'failed', line: `error: ${shownName(kind, name)}: ${message}` } : PENDING;
    },
  });
  view[Symbol.dispose]();
  for (const one of unmet) for (const line of unmetLines(one)) note(io, line);
  return unmet.length > 0 ? 1 : 0;
}
