import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { describeUrl, webFailure } from './request.ts';
import { tooLarge } from './too-large.ts';

export interface Download {
  readonly url: URL;
  readonly answer: IncomingMessage;
  /** Where to write; gone when it fails. */
  readonly path: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Writes the body of an answer into a private file, and resolves with its digest (sha256:…). Rejects with InvalidArgument (ContextTooLarge) when it is too large, Unavailable
 * when it breaks off. Pieces are small, so that hashing them blocks nobody.
 */
export async function download({ url, answer, path, maxBytes, signal }: Download): Promise<string> {
  try {
    refuseMore(url, Number(answer.headers['content-length'] ?? 0), maxBytes);
    await using file = await open(path, 'w', 0o600);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      refuseMore(url, bytes, maxBytes);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    return `sha256:${hash.digest('hex')}`;
  } catch (error) {
    answer.destroy();
    await rm(path, { force: true });
    if (error instanceof Error && 'syscall' in error && error.syscall === 'write') throw error;
    throw webFailure(url, error, signal);
  }
}

function refuseMore(url: URL, bytes: number, maxBytes: number): void {
  if (bytes <= maxBytes) return;
  throw tooLarge(describeUrl(url), `it has more than`, maxBytes);
}
