/**
 * `logs -f` over the ends of connections: a daemon that restarts loses no container and no line, so we come back to it
 * and go on behind the last line we have seen. Lines carry their time while we follow; it is what tells them apart.
 */
import { isReason } from '../../../client/client.ts';
import { container } from '../../../schemas/definitions/container.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import type { Session } from '../../connect/session.ts';
import { note, print, type Io } from '../../io.ts';
import { refOf } from '../../kinds/directory.ts';
import { isInterruption } from '../../watch/follow.ts';
import { linesIn } from './lines-in.ts';
import { openLog, type LogQuery } from './open-log.ts';
import { SeenLines } from './seen-lines.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
/** A daemon that is going away ends our stream in order; so does the end of the container. */
const FINAL_PHASES = ['Succeeded', 'Failed'];

/** Prints what there is, and what comes, until the container has ended for good or the signal comes. */
export async function followLog(
  session: Session,
  io: Io,
  name: string,
  query: LogQuery,
  prefix: string,
): Promise<void> {
  const seen = new SeenLines();
  const printer = new LinePrinter(io, query, prefix, seen);
  let pause = 0;
  for (let answered = false; ;) {
    try {
      const stream = await openLog(session, name, resumed(query, seen), io.signal);
      answered = true;
      for await (const line of linesIn(stream)) {
        if (await printer.print(line)) pause = 0;
        if (printer.full) return stream.destroy() as undefined;
      }
      if (query.previous === true || (await hasEnded(session, name, io.signal))) return;
    } catch (error) {
      io.signal.throwIfAborted();
      if (answered && isReason(error, 'NotFound')) return;
      if (!answered || !isInterruption(error)) throw error;
      if (pause === LONGEST_PAUSE_MS / 2) note(io, 'the connection to the server is lost, waiting for it to come back');
    }
    seen.reconnect();
    pause = Math.min(LONGEST_PAUSE_MS, pause === 0 ? FIRST_PAUSE_MS : pause * 2);
    await io.sleep(pause, io.signal);
  }
}

/** Bytes are counted here, without the times that were not asked for. */
function firstQuery(query: LogQuery): LogQuery {
  const { limitBytes: _bytes, ...others } = query;
  return { ...others, follow: true, timestamps: true };
}

/** Behind the last line seen; from the beginning when there was none yet. */
function resumed(query: LogQuery, seen: SeenLines): LogQuery {
  const sinceTime = seen.resumeAt();
  if (sinceTime === undefined) return firstQuery(query);
  return { previous: query.previous === true, follow: true, timestamps: true, sinceTime };
}

interface Phased extends KubeObject {
  readonly status?: { readonly phase?: string };
}

async function hasEnded({ client, namespace }: Session, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    const { metadata, status } = await client.get<Phased>({ ...refOf(container), namespace, name }, { signal });
    return metadata.deletionTimestamp !== undefined || FINAL_PHASES.includes(status?.phase ?? '');
  } catch (error) {
    if (isReason(error, 'NotFound')) return true;
    throw error;
  }
}

/** Prints lines that are new, without the time unless it was asked for. */
class LinePrinter {
  readonly #io: Io;
  readonly #query: LogQuery;
  readonly #prefix: Buffer;
  readonly #seen: SeenLines;
  #left: number;

  constructor(io: Io, query: LogQuery, prefix: string, seen: SeenLines) {
    this.#io = io;
    this.#query = query;
    this.#prefix = Buffer.from(prefix);
    this.#seen = seen;
    this.#left = query.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  /** `--limit-bytes` is reached. */
  get full(): boolean {
    return this.#left <= 0;
  }

  /** False for a line that was printed before the connection was lost. */
  async print(line: Buffer): Promise<boolean> {
    const { isNew, text } = this.#seen.look(line);
    if (!isNew) return false;
    const shown = this.#query.timestamps === true ? line : text;
    const cut = shown.length > this.#left ? shown.subarray(0, this.#left) : shown;
    this.#left -= cut.length;
    await print(this.#io.stdout, Buffer.concat([this.#prefix, cut]));
    return true;
  }
}
