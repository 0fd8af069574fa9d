import { build } from '../../../schemas/definitions/build.ts';
import type { Build } from '../../../schemas/gen/types.ts';
import { followBuildLog } from '../../builds/follow-log.ts';
import { openBuildLog, type BuildRef } from '../../builds/open-log.ts';
import { progressMode, type ProgressMode } from '../../builds/progress-flag.ts';
import { showProgress } from '../../builds/show-progress.ts';
import type { Session } from '../../connect/session.ts';
import { UsageError } from '../../errors.ts';
import { note, type Io } from '../../io.ts';
import { refOf } from '../../kinds/directory.ts';
import { follow } from '../../watch/follow.ts';
import { objectSource } from '../../../client/watch/object-source.ts';
import type { Call } from '../command.ts';
import type { logsFlags } from './flags.ts';

/** Prints the logs of Builds, one after the other; with `-f` each to its end. Resolves with the exit code. */
export async function showBuildLogs(
  { flags, io }: Call<typeof logsFlags>,
  session: Session,
  names: readonly string[],
): Promise<number> {
  const { build: number } = flags;
  if (number !== undefined && number < 1) throw new UsageError('--build must be greater than or equal to 1');
  const isLive = flags.follow || flags.progress !== 'auto';
  const mode = isLive ? progressMode(flags.progress, io.stdout) : 'plain';
  for (const name of names) {
    const ref = { namespace: session.namespace, name };
    if (flags.follow) await followOne(session, io, ref, number, mode);
    else {
      const query = { follow: false, ...(number === undefined ? {} : { number }) };
      await showProgress(openBuildLog(session, ref, query, io.signal), { mode, output: io.stdout, io });
    }
  }
  return 0;
}

async function followOne(
  session: Session,
  io: Io,
  ref: BuildRef,
  asked: number | undefined,
  mode: ProgressMode,
): Promise<void> {
  const number = asked ?? (await newestNumber(session, io, ref));
  if (number === undefined) return;
  await showProgress(followBuildLog(session, io, { ...ref, number }, io.signal), { mode, output: io.stdout, io });
}

/** Waits for the first build where there was none; undefined when the Build is deleted meanwhile. */
async function newestNumber(session: Session, io: Io, { namespace, name }: BuildRef): Promise<number | undefined> {
  const { client } = session;
  const found = await client.get<Build>({ ...refOf(build), namespace, name }, { signal: io.signal });
  if (found.status?.lastBuild?.number !== undefined) return found.status.lastBuild.number;
  note(io, `build "${name}" has built nothing yet, waiting for it`);
  const source = objectSource(client, refOf(build), { namespace, fieldSelector: `metadata.name=${name}` });
  for await (const change of follow(source, io, io.signal)) {
    if (change.type === 'DELETED') return undefined;
    const number = change.type === 'SYNCED' ? undefined : (change.item as Build).status?.lastBuild?.number;
    if (number !== undefined) return number;
  }
  return undefined;
}
