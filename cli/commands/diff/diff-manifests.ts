import { ApiError } from '../../../client/client.ts';
import { startBounded } from '../../bounded.ts';
import { isUnreachable, type Session } from '../../connect/session.ts';
import { wrap } from '../../flags/help.ts';
import { note, print, type Io } from '../../io.ts';
import type { Manifest } from '../../manifests/manifest.ts';
import { refusalLines } from '../../manifests/refusal-lines.ts';
import type { Call } from '../command.ts';
import { configurationLines } from './configuration-lines.ts';
import { containerLines } from './container-lines.ts';
import { runDiffProgram } from './diff-program.ts';
import type { diffFlags } from './flags.ts';
import { writeVersionFiles } from './version-files.ts';
import { versionsOf, type Versions } from './versions-of.ts';

const FAILED = 2;

/**
 * Shows what differs, then what that does to containers. What the server refuses is told, and does not hide the others.
 * Resolves with the exit code.
 */
export async function diffManifests(
  call: Call<typeof diffFlags>,
  session: Session,
  manifests: readonly Manifest[],
): Promise<number> {
  const { flags, io } = call;
  const { versions, failed } = await askForAll(call, session, manifests);
  if (versions.length === 0) return FAILED;
  let code: number;
  {
    await using files = await writeVersionFiles(io, versions, { managedFields: flags['show-managed-fields'] });
    code = await runDiffProgram(io, files.live, files.merged);
  }
  const lines = [...containerLines(versions), ...(await configurationLines(session, versions))];
  if (lines.length > 0 && code <= 1)
    await print(io.stdout, `\n${lines.map((line) => `${folded(line, io)}\n`).join('')}`);
  return failed ? FAILED : code;
}

async function askForAll(
  call: Call<typeof diffFlags>,
  session: Session,
  manifests: readonly Manifest[],
): Promise<{ readonly versions: readonly Versions[]; readonly failed: boolean }> {
  const namespaces = new Set(manifests.filter(({ kind }) => kind.kind === 'Namespace').map(({ name }) => name));
  const versions: Versions[] = [];
  let failed = false;
  const answers = startBounded(manifests, call.flags.concurrency, (manifest) => versionsOf(call, session, manifest));
  for (const [at, answer] of answers.entries()) {
    try {
      versions.push(await answer);
    } catch (error) {
      // there will be no answer for the others either
      if (isUnreachable(error) || !(error instanceof ApiError)) throw error;
      failed = true;
      for (const line of refusalLines(manifests[at] as Manifest, error, { namespaces })) note(call.io, line);
    }
  }
  return { versions, failed };
}

/** On a narrow terminal, in several lines of which the further ones stand in. */
function folded(line: string, { stdout }: Io): string {
  const { isTTY = false, columns } = stdout;
  if (!isTTY || columns === undefined || line.length <= columns) return line;
  return wrap(line, columns - 2, 0).replaceAll('\n', '\n  ');
}
