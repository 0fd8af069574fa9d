/** The thread that yaml-thread.ts starts for one text, and manifest-thread.ts for many: says what stood there, as JSON. */
import { parentPort, workerData } from 'node:worker_threads';
import { encodeJson } from './json.ts';
import { decodeManifest } from './manifest.ts';
import type { ManifestAnswer, ManifestQuestion, PlacedJson } from './manifest-thread.ts';
import { TextError } from './text-error.ts';
import { decodeYaml } from './yaml.ts';
import type { YamlAnswer, YamlProblem, YamlQuestion } from './yaml-thread.ts';

function orProblem<T>(decode: () => T): T | YamlProblem {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    return { problem: error.problem, position: error.position };
  }
}

const answer = ({ bytes, maxNodes }: YamlQuestion): YamlAnswer =>
  orProblem(() => ({
    documents: decodeYaml(bytes, { maxNodes }).map(({ value, duplicates }) => ({
      json: encodeJson(value),
      duplicates: duplicates.map(({ path }) => path),
    })),
  }));

/** Bytes of JSON in one part of an answer. */
const PART = 64 * 1024;

/** The answer in parts; the thread waits with each for somebody who asks for it. */
function* answerManifest({ bytes, maxNodes }: Exclude<ManifestQuestion, 'next'>): Iterable<ManifestAnswer> {
  const decoded = orProblem(() => decodeManifest(bytes, { maxNodes }));
  if ('problem' in decoded) return yield decoded;
  let documents: PlacedJson[] = [];
  let size = 0;
  for (const document of decoded) {
    const json = encodeJson(document.value);
    if (size > PART) {
      yield { documents, more: true };
      [documents, size] = [[], 0];
    }
    documents.push({ json, duplicates: document.duplicates, places: document.places() });
    size += json.length;
  }
  yield { documents, more: false };
}

const waiting: Exclude<ManifestQuestion, 'next'>[] = [];
let parts: Iterator<ManifestAnswer> | undefined;

/** Says one part, and goes on by itself where nobody has to ask. */
function goOn(): void {
  for (;;) {
    const question = parts === undefined ? waiting.shift() : undefined;
    if (question !== undefined) parts = answerManifest(question)[Symbol.iterator]();
    if (parts === undefined) return;
    const { value, done } = parts.next();
    if (done !== true) parentPort?.postMessage(value, []);
    if (done !== true && 'more' in value && value.more) return;
    parts = undefined;
  }
}

function listen(question: ManifestQuestion): void {
  if (question !== 'next') waiting.push(question);
  if (question === 'next' || parts === undefined) goOn();
}

if (workerData !== null) parentPort?.postMessage(answer(workerData as YamlQuestion), []);
else parentPort?.on('message', listen);
