/** The thread that yaml-thread.ts starts: reads one YAML text and says what stood there, as JSON. */
import { parentPort, workerData } from 'node:worker_threads';
import { encodeJson } from './json.ts';
import { TextError } from './text-error.ts';
import { decodeYaml } from './yaml.ts';
import type { YamlAnswer, YamlQuestion } from './yaml-thread.ts';

function answer({ bytes, maxNodes }: YamlQuestion): YamlAnswer {
  try {
    const documents = decodeYaml(bytes, { maxNodes });
    return {
      documents: documents.map(({ value, duplicates }) => ({
        json: encodeJson(value),
        duplicates: duplicates.map(({ path }) => path),
      })),
    };
  } catch (error) {
    if (!(error instanceof TextError)) throw error;
    return { problem: error.problem, position: error.position };
  }
}

parentPort?.postMessage(answer(workerData as YamlQuestion), []);
