/**
 * Manifests read beside the event loop, in one thread, with the places of their parts. Questions go there some at a time, so that it need not wait for
 * us; a long answer comes in parts and is asked for, so that no part takes the event loop for long.
 */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { JsonValue } from '../object.ts';
import { decodeJson } from './json.ts';
import { decodeManifest } from './manifest.ts';
import type { Places } from './places.ts';
import { TextError } from './text-error.ts';
import type { Position } from './text-error.ts';
import { threadEnvironment } from './thread-environment.ts';
import type { YamlProblem } from './yaml-thread.ts';

/** `next`: the next part of a long answer. */
export type ManifestQuestion = { readonly bytes: Uint8Array; readonly maxNodes: number | undefined } | 'next';

export type ManifestAnswer =
  | {
      readonly documents: readonly PlacedJson[];
      /** There is more: nothing else is answered until `next` is asked. */
      readonly more: boolean;
    }
  | YamlProblem;

/** One document with the places of its parts, in little memory. */
export interface PlacedDocument {
  readonly value: JsonValue;
  /** Fields that stand twice; at most 100. */
  readonly duplicates: readonly { readonly path: string; readonly position: Position }[];
  readonly places: Places;
}

export type PlacedJson = Omit<PlacedDocument, 'value'> & { readonly json: string };

export interface ManifestText {
  readonly bytes: Uint8Array;
  /** Shown in errors. */
  readonly file: string;
  readonly maxNodes?: number;
}

/** What one text may take before it is given up. */
const HEAP_MIB = 512;
const DEADLINE_MS = 30_000;
/** Questions on their way. */
const WINDOW = 16;
const SLICE_MS = 3;

/** As ManifestThread does, at once and here: for what is small. Throws TextError. */
export function decodePlaced({ bytes, ...options }: ManifestText): readonly PlacedDocument[] {
  return decodeManifest(bytes, options).map((decoded) => ({
    value: decoded.value,
    duplicates: decoded.duplicates,
    places: decoded.places(),
  }));
}

type Outcome = readonly PlacedDocument[] | TextError;

/** Starts its thread with the first text, which takes some 100 ms, and ends it when it is disposed of. */
export class ManifestThread implements AsyncDisposable {
  #thread: Thread | undefined;

  /** In order; a TextError also for a text that takes too long or too much memory. One call at a time. */
  async *decode(texts: readonly ManifestText[]): AsyncGenerator<Outcome> {
    let asked = 0;
    let started = performance.now();
    for (let answered = 0; answered < texts.length; answered++) {
      const thread = (this.#thread ??= new Thread());
      for (const { bytes, maxNodes } of texts.slice(asked, answered + WINDOW)) thread.ask({ bytes, maxNodes });
      const outcome = await this.#answer(thread, texts[answered]?.file ?? '');
      // what was asked of a thread that is lost is asked again
      asked = this.#thread === undefined ? answered + 1 : Math.min(answered + WINDOW, texts.length);
      yield outcome;
      if (performance.now() - started < SLICE_MS) continue;
      await setImmediate();
      started = performance.now();
    }
  }

  async #answer(thread: Thread, file: string): Promise<Outcome> {
    const documents: PlacedDocument[] = [];
    for (;;) {
      let answer: ManifestAnswer;
      try {
        answer = await thread.answer();
      } catch (cause) {
        this.#thread = undefined;
        await thread.end();
        const problem = 'the text takes too long or too much memory to read: split it into smaller files';
        return Object.assign(new TextError(problem, { file, position: BEGINNING }), { cause });
      }
      if ('problem' in answer) {
        return new TextError(answer.problem, { file, position: answer.position ?? BEGINNING });
      }
      for (const { json, ...rest } of answer.documents) documents.push({ ...rest, value: decodeJson(json).value });
      if (!answer.more) return documents;
      thread.ask('next');
      await setImmediate();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread?.end();
    this.#thread = undefined;
  }
}

const BEGINNING: Position = { line: 1, column: 1, offset: 0 };

/** A thread, and what it has answered before anybody came for it. */
class Thread {
  readonly #worker = new Worker(new URL('./yaml-worker.ts', import.meta.url), {
    name: 'manifests',
    workerData: null,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
    env: threadEnvironment(),
    execArgv: [],
  });
  readonly #answers: ManifestAnswer[] = [];

  constructor() {
    this.#worker.on('message', (answer: ManifestAnswer) => this.#answers.push(answer));
    // whoever waits is told, too
    this.#worker.on('error', () => undefined);
  }

  ask(question: ManifestQuestion): void {
    this.#worker.postMessage(question, []);
  }

  async answer(): Promise<ManifestAnswer> {
    if (this.#answers.length === 0) await once(this.#worker, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) });
    return this.#answers.shift() as ManifestAnswer;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
