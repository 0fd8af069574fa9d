import { RuntimeError } from '../errors.ts';
import type { Descriptor, RegistryTarget } from '../ports/registry.ts';
import type { RegistryClient } from './client.ts';
import { isPassing } from './failures.ts';
import type { RegistryOptions } from './options.ts';
import { attemptsOf, waitToRetry } from './retry.ts';
import type { Answer } from './transport.ts';

interface BlobRead {
  readonly client: RegistryClient;
  readonly options: RegistryOptions;
  readonly target: RegistryTarget;
  readonly descriptor: Descriptor;
  readonly signal: AbortSignal | undefined;
}

/**
 * Bytes of a blob from `offset`. The first answer has come when this resolves, so a missing blob is told at once; a connection that breaks
 * later is taken up where it broke, as long as each one brings something. More or fewer bytes than promised are Corrupt.
 */
export async function openBlob(read: BlobRead, offset: number): Promise<AsyncIterable<Uint8Array>> {
  if (offset >= read.descriptor.size) return none();
  return stream(read, offset, await ask(read, offset));
}

async function* none(): AsyncGenerator<Uint8Array> {
  // Everything is there already.
}

async function ask({ client, target, descriptor, signal }: BlobRead, offset: number): Promise<Answer> {
  const headers = { accept: '*/*', ...(offset === 0 ? {} : { range: `bytes=${offset}-` }) };
  const accept = offset === 0 ? [200] : [200, 206];
  return await client.request({ target, method: 'GET', path: `blobs/${descriptor.digest}`, headers, accept, signal });
}

async function* stream(read: BlobRead, offset: number, first: Answer): AsyncGenerator<Uint8Array> {
  const { descriptor, options, signal } = read;
  const what = `${read.target.reference}, blob ${descriptor.digest}`;
  let at = offset;
  let failures = 0;
  let answer: Answer | undefined = first;
  while (at < descriptor.size) {
    try {
      using current = answer ?? (await ask(read, at));
      answer = undefined;
      for await (const chunk of from(current, at, what)) {
        at += chunk.length;
        if (at > descriptor.size) throw tooMuch(what, descriptor.size);
        failures = 0;
        yield chunk;
      }
      if (at < descriptor.size) throw tooLittle(what, at, descriptor.size);
    } catch (error) {
      if (!isPassing(error) || ++failures >= attemptsOf(options)) throw error;
      await waitToRetry(options, failures - 1, undefined, signal);
    }
  }
}

/** The body from byte `at` on: a registry without ranges sends everything, and the known part is skipped. */
async function* from(answer: Answer, at: number, what: string): AsyncGenerator<Uint8Array> {
  const start = answer.status === 206 ? rangeStart(answer) : 0;
  if (start === undefined || start > at) {
    throw new RuntimeError('Corrupt', `${what}: the registry sends another range than the one from byte ${at}`);
  }
  let skip = at - start;
  for await (const chunk of answer.body()) {
    const kept = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - kept.length;
    if (kept.length > 0) yield kept;
  }
}

function rangeStart(answer: Answer): number | undefined {
  const match = /^bytes (\d+)-/.exec(answer.headers['content-range'] ?? '');
  return match === null ? undefined : Number(match[1]);
}

function tooMuch(what: string, size: number): RuntimeError {
  return new RuntimeError('Corrupt', `${what}: the registry sends more than the ${size} bytes of the manifest`);
}

function tooLittle(what: string, at: number, size: number): RuntimeError {
  return new RuntimeError('Corrupt', `${what}: the registry sent ${at} of ${size} bytes and says that is all`);
}
