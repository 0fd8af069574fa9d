import { text } from 'node:stream/consumers';
import type { ObjectRef } from '../../schemas/object.ts';
import type { HttpClient } from '../http.ts';
import { knownKind, resourcePath } from '../resource-path.ts';

/** As pods/log names them. */
export interface LogOptions {
  readonly tailLines?: number;
  /** Of the run before. */
  readonly previous?: boolean;
  readonly timestamps?: boolean;
  readonly sinceSeconds?: number;
}

/** The log of a Container so far. Rejects with ApiError. */
export async function readLog(client: HttpClient, container: ObjectRef, options: LogOptions): Promise<string> {
  return await text(await client.stream(logPath(container, options), { accept: '*/*' }));
}

/** Lines without their ends, until the log is complete. Ends with the signal. Rejects with ApiError. */
export async function* followLog(
  client: HttpClient,
  container: ObjectRef,
  { signal, ...options }: LogOptions & { readonly signal?: AbortSignal },
): AsyncGenerator<string> {
  try {
    const stream = await client.stream(logPath(container, options, true), {
      accept: '*/*',
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      yield* linesOf(stream);
    } finally {
      stream.destroy();
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

function logPath(container: ObjectRef, options: LogOptions, follow = false): string {
  const kind = knownKind(container);
  if (kind === undefined) throw new TypeError(`${container.kind} has no log`);
  const entries = Object.entries({ ...options, follow }).filter(([, value]) => value !== undefined && value !== false);
  const query = new URLSearchParams(entries.map(([key, value]) => [key, String(value)] as [string, string]));
  return `${resourcePath({ ...container, subresource: 'log' }, kind)}?${query.toString()}`;
}

/** A program may write anything: what is no UTF-8 is shown as such, and a line has no limit but what it holds. */
async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
