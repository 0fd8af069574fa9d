/**
 * YAML beside the event loop. Reading it takes a hundred times as long as JSON and as much memory: 100 KB of small
 * fields stop everything else for a tenth of a second, and some texts are made to take minutes.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { JsonValue } from '../object.ts';
import { decodeJson } from './json.ts';
import { TextError, type Position } from './text-error.ts';
import { threadEnvironment } from './thread-environment.ts';

export interface YamlQuestion {
  readonly bytes: Uint8Array;
  readonly maxNodes: number | undefined;
}

export type YamlAnswer =
  { readonly documents: readonly { readonly json: string; readonly duplicates: readonly string[] }[] } | YamlProblem;

export interface YamlProblem {
  readonly problem: string;
  readonly position: Position | undefined;
}

/** One document, without the places of its parts. */
export interface PlainDocument {
  readonly value: JsonValue;
  /** Paths of fields that stand twice. */
  readonly duplicates: readonly string[];
}

/** What the thread may take before it is ended. */
const HEAP_MIB = 256;
const DEADLINE_MS = 10_000;

/**
 * As `decodeYaml`, in a thread of its own that lives for this one text. Throws TextError, also for a text that takes too
 * long or too much memory.
 */
export async function decodeYamlApart(
  bytes: Uint8Array,
  { maxNodes }: { readonly maxNodes?: number } = {},
): Promise<readonly PlainDocument[]> {
  const question: YamlQuestion = { bytes, maxNodes };
  const worker = new Worker(new URL('./yaml-worker.ts', import.meta.url), {
    workerData: question,
    name: 'yaml',
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    env: threadEnvironment(),
    execArgv: [],
  });
  let answer: YamlAnswer;
  try {
    [answer] = (await once(worker, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) })) as [YamlAnswer];
  } catch (cause) {
    if (!isTooMuch(cause)) throw cause;
    const problem = 'the text takes too long or too much memory to read: send it as JSON';
    throw Object.assign(new TextError(problem), { cause });
  } finally {
    await worker.terminate();
  }
  if ('problem' in answer) throw new TextError(answer.problem, answer.position && { position: answer.position });
  return answer.documents.map(({ json, duplicates }) => ({ value: decodeJson(json).value, duplicates }));
}

const isTooMuch = (cause: unknown): boolean =>
  cause instanceof Error &&
  (cause.name === 'AbortError' || (cause as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY');
