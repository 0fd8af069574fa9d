import { text } from 'node:stream/consumers';
import { isReason } from '../../client/client.ts';
import { plainText } from '../../schemas/values/build-progress/plain-text.ts';
import { openBuildLog } from '../builds/open-log.ts';
import { openLog } from '../commands/logs/open-log.ts';
import type { Session } from '../connect/session.ts';

/** The whole log of the newest build of a Build, as plain text. Rejects with ApiError. */
export async function buildLogText(session: Session, name: string, signal: AbortSignal): Promise<string> {
  const entries = openBuildLog(session, { namespace: session.namespace, name }, { follow: false }, signal);
  let all = '';
  for await (const piece of plainText(entries, { colours: false, after: never })) all += piece;
  return all;
}

/** The last lines of what a Container or Build has written, without their ends; none when it never ran. Rejects with ApiError. */
export async function lastLogLines(
  session: Session,
  { kind, name }: { readonly kind: string; readonly name: string },
  count: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const all =
      kind === 'Build'
        ? await buildLogText(session, name, signal)
        : await text(await openLog(session, name, { tailLines: count }, signal));
    return all === '' ? [] : all.trimEnd().split('\n').slice(-count);
  } catch (error) {
    if (isReason(error, 'NotFound') || isReason(error, 'BadRequest')) return [];
    throw error;
  }
}

/** All of it is there already, so nothing has to be shown while it goes on. */
function never(): Disposable {
  return { [Symbol.dispose]: () => undefined };
}
