import test from 'ava';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  InfoRequestSchema,
  InfoResponseSchema,
  ReadContentRequestSchema,
  ReadContentResponseSchema,
  WriteAction,
  WriteContentRequestSchema,
  WriteContentResponseSchema,
} from '../../../../proto/gen/containerd/content_pb.ts';
import { keepNewestCache, newestCache } from '../../../../runtime/buildkit/local-cache/index-file.ts';
import { layoutContent } from '../../../../runtime/buildkit/local-cache/store.ts';
import { ContentCallError, type ContentMethod } from '../../../../runtime/ports/content.ts';
import { makeFolder } from '../../../support/interruption.ts';

const text = Buffer.from('a blob');
const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await makeFolder('/tmp/tsm-cache-');
  try {
    await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function call(folder: string, method: ContentMethod, requests: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const answers: Uint8Array[] = [];
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* requests;
  }
  for await (const answer of layoutContent(folder).call(method, all(), new AbortController().signal))
    answers.push(answer);
  return answers;
}

const write = (action: WriteAction, offset: number, data = '', expected = digest): Uint8Array =>
  toBinary(
    WriteContentRequestSchema,
    create(WriteContentRequestSchema, {
      action,
      ref: 'r',
      offset: BigInt(offset),
      data: Buffer.from(data),
      expected,
      total: action === WriteAction.COMMIT ? BigInt(text.length) : 0n,
    }),
  );

const info = (of: string): Uint8Array => toBinary(InfoRequestSchema, create(InfoRequestSchema, { digest: of }));
const blobsOf = (folder: string): Promise<string[]> => readdir(join(folder, 'blobs/sha256'));

test('a blob is written in pieces, and read as a whole or in part', (t) =>
  withFolder(async (folder) => {
    const answers = await call(folder, 'Write', [
      write(WriteAction.STAT, 0),
      write(WriteAction.WRITE, 0, 'a b'),
      write(WriteAction.COMMIT, 3, 'lob'),
    ]);
    const last = fromBinary(WriteContentResponseSchema, answers.at(-1) ?? new Uint8Array(0));
    t.like(last, { action: WriteAction.COMMIT, digest, offset: 6n });
    t.deepEqual(await blobsOf(folder), [digest.slice('sha256:'.length)]);
    const [found = new Uint8Array(0)] = await call(folder, 'Info', [info(digest)]);
    t.is(fromBinary(InfoResponseSchema, found).info?.size, 6n);
    const request = create(ReadContentRequestSchema, { digest, offset: 2n, size: 3n });
    const [part = new Uint8Array(0)] = await call(folder, 'Read', [toBinary(ReadContentRequestSchema, request)]);
    t.is(Buffer.from(fromBinary(ReadContentResponseSchema, part).data).toString(), 'blo');
    const twice = await t.throwsAsync(call(folder, 'Write', [write(WriteAction.STAT, 0)]));
    t.is((twice as ContentCallError).status, 6);
  }));

test('what is cut off, something else, or at another place, is not kept', (t) =>
  withFolder(async (folder) => {
    await call(folder, 'Write', [write(WriteAction.WRITE, 0, 'a b')]);
    t.deepEqual(await blobsOf(folder), []);
    for (const [requests, status] of [
      [[write(WriteAction.COMMIT, 0, 'a flop')], 3],
      [[write(WriteAction.COMMIT, 0, 'short')], 9],
      [[write(WriteAction.WRITE, 5, 'x')], 11],
    ] as const) {
      const error = await t.throwsAsync(call(folder, 'Write', requests));
      t.is((error as ContentCallError).status, status);
    }
    t.deepEqual(await blobsOf(folder), []);
  }));

test('nothing is read that is no blob', (t) =>
  withFolder(async (folder) => {
    for (const name of ['sha256:../../etc/passwd', '/etc/passwd', 'sha256:ABC', `${digest}/..`]) {
      await t.throwsAsync(call(folder, 'Info', [info(name)]), {
        instanceOf: ContentCallError,
        message: /is no digest/,
      });
    }
    const missing = await t.throwsAsync(call(folder, 'Info', [info(digest)]));
    t.is((missing as ContentCallError).status, 5);
  }));

test('the newest cache is the one that was kept last, and others stay in the index', (t) =>
  withFolder(async (folder) => {
    t.is(await newestCache(folder), undefined);
    await keepNewestCache(folder, JSON.stringify({ mediaType: 'm', digest: 'sha256:1', size: 1 }));
    await keepNewestCache(folder, JSON.stringify({ mediaType: 'm', digest: 'sha256:2', size: 1 }));
    t.is(await newestCache(folder), 'sha256:2');
    t.is((await readFile(join(folder, 'oci-layout'), 'utf8')).trim(), '{"imageLayoutVersion":"1.0.0"}');
    t.deepEqual((await readdir(folder)).sort(), ['index.json', 'oci-layout']);
  }));

test('an index that cannot be written leaves nothing beside it', (t) =>
  withFolder(async (folder) => {
    await mkdir(join(folder, 'index.json'));
    await t.throwsAsync(keepNewestCache(folder, JSON.stringify({ mediaType: 'm', digest: 'sha256:1', size: 1 })));
    t.deepEqual((await readdir(folder)).sort(), ['index.json', 'oci-layout']);
  }));
