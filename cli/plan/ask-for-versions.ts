import { ApiError } from '../../client/client.ts';
import { AT_ONCE, startBounded } from '../bounded.ts';
import { isUnreachable, type Session } from '../connect/session.ts';
import { note } from '../io.ts';
import type { Manifest } from '../manifests/manifest.ts';
import { refusalLines } from '../manifests/refusal-lines.ts';
import { versionsOf, type Merging, type Versions } from './versions-of.ts';

/** Every object as it is, and as an apply would leave it. What the server refuses is told with its place, and hides no other. */
export async function askForVersions(
  merging: Merging,
  session: Session,
  manifests: readonly Manifest[],
  concurrency = AT_ONCE,
): Promise<{ readonly versions: readonly Versions[]; readonly failed: boolean }> {
  const namespaces = new Set(manifests.filter(({ kind }) => kind.kind === 'Namespace').map(({ name }) => name));
  const versions: Versions[] = [];
  let failed = false;
  const answers = startBounded(manifests, concurrency, (manifest) => versionsOf(merging, session, manifest));
  for (const [at, answer] of answers.entries()) {
    try {
      versions.push(await answer);
    } catch (error) {
      // there will be no answer for the others either
      if (isUnreachable(error) || !(error instanceof ApiError)) throw error;
      failed = true;
      for (const line of refusalLines(manifests[at] as Manifest, error, { namespaces })) note(merging.io, line);
    }
  }
  return { versions, failed };
}
