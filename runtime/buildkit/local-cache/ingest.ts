import { createHash, randomUUID, type Hash } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  WriteAction,
  WriteContentRequestSchema,
  WriteContentResponseSchema,
  type WriteContentRequest,
} from '../../../proto/gen/containerd/content_pb.ts';
import { ContentCallError } from '../../ports/content.ts';

const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;
const OUT_OF_RANGE = 11;
const INVALID_ARGUMENT = 3;

/** One blob on its way into a directory, as the messages of a `Write` call bring it. It is there when it is whole, or not at all. */
export async function* receiveBlob(
  requests: AsyncIterable<Uint8Array>,
  pathOf: (digest: string) => string,
  exists: (digest: string) => Promise<boolean>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let ingest: Ingest | undefined;
  try {
    for await (const bytes of requests) {
      const request = fromBinary(WriteContentRequestSchema, bytes);
      if (ingest === undefined && (await exists(request.expected))) {
        throw new ContentCallError(ALREADY_EXISTS, `content ${request.expected}: already exists`);
      }
      ingest ??= await openIngest(pathOf('sha256:ingest'));
      yield await ingest.take(request, pathOf);
    }
  } finally {
    await ingest?.[Symbol.asyncDispose]();
  }
}

interface Ingest extends AsyncDisposable {
  take(request: WriteContentRequest, pathOf: (digest: string) => string): Promise<Uint8Array>;
}

async function openIngest(beside: string): Promise<Ingest> {
  const directory = dirname(beside);
  await mkdir(directory, { recursive: true });
  const path = `${directory}/.tsmoby-${randomUUID()}`;
  const handle = await open(path, 'wx', 0o644);
  const state: State = { handle, path, hash: createHash('sha256'), offset: 0 };
  return {
    take: (request, pathOf) => take(state, request, pathOf),
    [Symbol.asyncDispose]: async () => {
      await handle.close();
      await rm(path, { force: true });
    },
  };
}

interface State {
  readonly handle: FileHandle;
  readonly path: string;
  readonly hash: Hash;
  offset: number;
}

async function take(
  state: State,
  { action, offset, data, expected, total }: WriteContentRequest,
  pathOf: (digest: string) => string,
): Promise<Uint8Array> {
  if (data.length > 0) {
    if (Number(offset) !== state.offset) throw new ContentCallError(OUT_OF_RANGE, `the next offset is ${state.offset}`);
    await state.handle.writeFile(data);
    state.hash.update(data);
    state.offset += data.length;
  }
  const digest = action === WriteAction.COMMIT ? await commit(state, expected, Number(total), pathOf) : '';
  return toBinary(
    WriteContentResponseSchema,
    create(WriteContentResponseSchema, { action, offset: BigInt(state.offset), total, digest }),
  );
}

async function commit(
  state: State,
  expected: string,
  total: number,
  pathOf: (digest: string) => string,
): Promise<string> {
  const digest = `sha256:${state.hash.copy().digest('hex')}`;
  if (total > 0 && total !== state.offset) {
    throw new ContentCallError(FAILED_PRECONDITION, `${state.offset} bytes, ${total} were promised`);
  }
  if (expected !== '' && expected !== digest)
    throw new ContentCallError(INVALID_ARGUMENT, `it is ${digest}, not ${expected}`);
  await state.handle.sync();
  await rename(state.path, pathOf(digest));
  return digest;
}
