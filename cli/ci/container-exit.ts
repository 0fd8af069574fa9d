import { untilObject } from '../../client/space/until-object.ts';
import { container as containerKind } from '../../schemas/definitions/container.ts';
import type { Container } from '../../schemas/gen/types.ts';
import { computeStatus } from '../../schemas/values/kstatus.ts';
import { followLog } from '../commands/logs/follow-log.ts';
import type { Session } from '../connect/session.ts';
import { note, type Io } from '../io.ts';
import { refOf } from '../kinds/directory.ts';

/** Shows what a Container writes, until it has ended for good; resolves with its exit code. Undefined: it never will run, or the signal came. */
export async function containerExit(
  session: Session,
  name: string,
  io: Io,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { client, namespace } = session;
  const ref = { ...refOf(containerKind), namespace, name };
  const hasRun = ({ status }: Container): boolean =>
    (status?.state?.running ?? status?.state?.terminated) !== undefined;
  const isHopeless = (object: Container): boolean => computeStatus(object).state === 'Failed';
  const first = await untilObject<Container>(client, ref, (object) => hasRun(object) || isHopeless(object), signal);
  if (first === undefined || !hasRun(first)) return undefined;
  // a log that cannot be shown does not change how it ended
  const showing = followLog(session, { ...io, signal }, name, { follow: true }, '').catch((error: unknown) => {
    if (!signal.aborted) note(io, `tsmoby ci: the log of ${name} cannot be shown: ${String(error)}`);
  });
  const ended = await untilObject<Container>(
    client,
    ref,
    ({ status }) => ['Succeeded', 'Failed'].includes(status?.phase ?? ''),
    signal,
  );
  await showing;
  return ended?.status?.state?.terminated?.exitCode;
}
