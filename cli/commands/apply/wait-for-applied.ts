import { computeStatus } from '../../../schemas/values/kstatus.ts';
import type { Session } from '../../connect/session.ts';
import { note } from '../../io.ts';
import { shownName } from '../../kinds/directory.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { awaitObjects, MET, PENDING } from '../../wait/await-objects.ts';
import { unmetLines } from '../../wait/unmet-lines.ts';
import type { Call } from '../command.ts';
import type { applyFlags } from './flags.ts';

/** Waits until every object is what its manifest says, or one cannot become so. Resolves with the exit code. */
export async function waitForApplied(
  { flags, io }: Call<typeof applyFlags>,
  session: Session,
  manifests: readonly Manifest[],
): Promise<number> {
  const unmet = await awaitObjects(session, io, manifests, {
    timeoutMs: flags.timeout,
    onMet: ({ kind, name }) => {
      if (flags.output === undefined) io.stdout.write(`${shownName(kind, name)} is ready\n`);
    },
    judge(object, { kind, name }) {
      const { state, message } = computeStatus(object);
      if (state === 'Current') return MET;
      const hopeless = state === 'Failed' || state === 'NotFound';
      return hopeless ? { state: 'failed', line: `error: ${shownName(kind, name)}: ${message}` } : PENDING;
    },
  });
  for (const one of unmet) for (const line of unmetLines(one)) note(io, line);
  return unmet.length > 0 ? 1 : 0;
}
