import type { Session } from '../../connect/session.ts';
import type { Call } from '../command.ts';
import type { AppliedBuild } from './applied-build.ts';
import type { buildFlags } from './flags.ts';
import { applyFromDirectory } from './from-directory.ts';
import { applyFromFiles } from './from-files.ts';

/** The Builds that a command line is about, each as soon as it is applied. */
export async function* applyBuilds(
  place: string | undefined,
  { flags, given, io }: Call<typeof buildFlags>,
  session: Session,
): AsyncGenerator<AppliedBuild> {
  if (place !== undefined) yield await applyFromDirectory(place, flags, session, io);
  else yield* applyFromFiles(flags.file, session, io, given.has('namespace'));
}
