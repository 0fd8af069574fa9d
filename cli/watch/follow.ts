import { follow as followChanges, type Change, type Source } from '../../client/watch/follow.ts';
import { note, type Io } from '../io.ts';

export { isInterruption } from '../../client/watch/follow.ts';
export type { Change, Source, SourceEvent } from '../../client/watch/follow.ts';

/** As in the client; a person is told when the server is away. */
export function follow<T>(source: Source<T>, io: Io, signal: AbortSignal): AsyncGenerator<Change<T>> {
  const onLost = (): void => note(io, 'the connection to the server is lost, waiting for it to come back');
  return followChanges(source, { sleep: (milliseconds, until) => io.sleep(milliseconds, until), onLost }, signal);
}
