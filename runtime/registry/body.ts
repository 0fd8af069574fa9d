import { RuntimeError } from '../errors.ts';
import type { Answer } from './transport.ts';

/** The whole body, or Corrupt when it is longer than `limit` bytes. */
export async function readBody(answer: Answer, what: string, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body()) {
    length += chunk.length;
    if (length > limit) throw new RuntimeError('Corrupt', `${what}: longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** The start of an error's body; a broken or endless one is cut. */
export async function readExcerpt(answer: Answer, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.body()) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= limit) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(chunks).subarray(0, limit).toString();
}
