import { ApiError } from '../../../client/client.ts';
import { isUnreachable, type Session } from '../../connect/session.ts';
import { note, print } from '../../io.ts';
import { errorLines } from '../../output/error-lines.ts';
import type { Call } from '../command.ts';
import type { logsFlags, LogsValues } from './flags.ts';
import { followLog } from './follow-log.ts';
import { openLog, type LogQuery } from './open-log.ts';

/** Prints the logs of containers: one after the other, or, with `-f`, all at once as lines come. */
export async function showLogs(
  call: Call<typeof logsFlags>,
  session: Session,
  names: readonly string[],
): Promise<number> {
  const { flags, io } = call;
  const show = async (name: string): Promise<boolean> => {
    const prefix = flags.prefix ? `[container/${name}] ` : '';
    try {
      if (flags.follow) await followLog(session, io, name, queryOf(flags), prefix);
      else if (prefix === '')
        for await (const bytes of await openLog(session, name, queryOf(flags), io.signal))
          await print(io.stdout, bytes);
      else await printLines(call, session, name, prefix);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || isUnreachable(error)) throw error;
      for (const line of errorLines(error, session.where)) note(io, line);
      return false;
    }
  };
  let good = true;
  if (flags.follow) {
    good = (await Promise.all(names.map(show))).every(Boolean);
  } else {
    for (const name of names) {
      good = (await show(name)) && good;
      if (!good && !flags['ignore-errors']) break;
    }
  }
  return good || flags['ignore-errors'] ? 0 : 1;
}

async function printLines(
  { flags, io }: Call<typeof logsFlags>,
  session: Session,
  name: string,
  prefix: string,
): Promise<void> {
  const { linesIn } = await import('./lines-in.ts');
  for await (const line of linesIn(await openLog(session, name, queryOf(flags), io.signal)))
    await print(io.stdout, Buffer.concat([Buffer.from(prefix), line]));
}

const TAIL_OF_MANY = 10;

function queryOf(flags: LogsValues): LogQuery {
  const tail = flags.tail ?? (flags.selector === undefined ? -1 : TAIL_OF_MANY);
  return {
    timestamps: flags.timestamps,
    previous: flags.previous,
    ...(tail < 0 ? {} : { tailLines: tail }),
    ...(flags.since === undefined ? {} : { sinceSeconds: Math.max(1, Math.ceil(flags.since / 1000)) }),
    ...(flags['since-time'] === undefined ? {} : { sinceTime: flags['since-time'] }),
    ...(flags['limit-bytes'] === undefined ? {} : { limitBytes: flags['limit-bytes'] }),
  };
}
