import { setTimeout as sleep } from 'node:timers/promises';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  InfoRequestSchema,
  InfoResponseSchema,
  ReadContentRequestSchema,
  ReadContentResponseSchema,
  WriteAction,
  WriteContentRequestSchema,
  WriteContentResponseSchema,
} from '../../proto/gen/containerd/content_pb.ts';
import { digestOf } from '../../tools/busybox-image/image.ts';
import { ContentCallError, type ContentMethod, type ContentProxy } from '../../runtime/ports/content.ts';

/** Part of a blob that goes with one message, as builders do. */
const CHUNK = 1024 * 1024;

/** A builder's side of a ContentProxy: what it asks and writes, with containerd's messages. */
export interface ContentWriter {
  /** Size in bytes; undefined when it is not there. */
  info(digest: string): Promise<number | undefined>;
  read(digest: string): Promise<Buffer>;
  /** Answers how many bytes moved: 0 when it is there. */
  write(bytes: Uint8Array): Promise<number>;
  /** Sends a part of a blob and leaves the stream open. Answers its ref. */
  begin(bytes: Uint8Array): Promise<string>;
  /** Any call with one message, as bytes. */
  call(method: ContentMethod, message: Uint8Array): Promise<readonly Uint8Array[]>;
}

export function contentWriter(proxy: ContentProxy, signal = new AbortController().signal): ContentWriter {
  const call = (method: ContentMethod, message: Uint8Array) =>
    Array.fromAsync(proxy.call(method, one(message), signal));
  const refOf = (bytes: Uint8Array): string => `layer-${digestOf(bytes)}`;
  return {
    call,
    info: async (digest) => {
      try {
        const [answer] = await call('Info', toBinary(InfoRequestSchema, create(InfoRequestSchema, { digest })));
        return Number(fromBinary(InfoResponseSchema, answer ?? new Uint8Array()).info?.size);
      } catch (error) {
        if (error instanceof ContentCallError && error.status === 5) return undefined;
        throw error;
      }
    },
    read: async (digest) => {
      const pages = await call(
        'Read',
        toBinary(ReadContentRequestSchema, create(ReadContentRequestSchema, { digest })),
      );
      return Buffer.concat(pages.map((page) => fromBinary(ReadContentResponseSchema, page).data));
    },
    write: async (bytes) => {
      for (;;) {
        try {
          return await writeOnce(proxy, bytes, refOf(bytes), signal);
        } catch (error) {
          const status = error instanceof ContentCallError ? error.status : 0;
          if (status === 6) return 0;
          // Somebody else writes the same: as containerd's client, come again until it is there.
          if (status !== 14) throw error;
          await sleep(10);
        }
      }
    },
    begin: async (bytes) => {
      const ref = refOf(bytes);
      const requests = async function* () {
        yield message(bytes, ref, { action: WriteAction.STAT });
        yield message(bytes, ref, { action: WriteAction.WRITE, data: bytes.subarray(0, bytes.byteLength / 2) });
        await new Promise(() => undefined);
      };
      const answers = proxy.call('Write', requests(), signal)[Symbol.asyncIterator]();
      await answers.next();
      await answers.next();
      return ref;
    },
  };
}

/** State, bytes from there on, commit; answers how many bytes moved. A store that has the blob for somebody else is at its end from the start. */
async function writeOnce(proxy: ContentProxy, bytes: Uint8Array, ref: string, signal: AbortSignal): Promise<number> {
  const start = Promise.withResolvers<number>();
  let moved = 0;
  const requests = async function* () {
    yield message(bytes, ref, { action: WriteAction.STAT });
    for (let at = await start.promise; at < bytes.byteLength; at += CHUNK) {
      const data = bytes.subarray(at, at + CHUNK);
      moved += data.byteLength;
      yield message(bytes, ref, { action: WriteAction.WRITE, offset: BigInt(at), data });
    }
    yield message(bytes, ref, { action: WriteAction.COMMIT, offset: BigInt(bytes.byteLength) });
  };
  for await (const answer of proxy.call('Write', requests(), signal)) {
    const { action, offset } = fromBinary(WriteContentResponseSchema, answer);
    if (action === WriteAction.COMMIT) return moved;
    start.resolve(Number(offset));
  }
  throw new Error('the write stream ended without a commit');
}

async function* one(message: Uint8Array): AsyncGenerator<Uint8Array> {
  yield message;
}

function message(
  bytes: Uint8Array,
  ref: string,
  init: { readonly action: WriteAction; readonly offset?: bigint; readonly data?: Uint8Array },
): Uint8Array {
  const whole = { ref, total: BigInt(bytes.byteLength), expected: digestOf(bytes) };
  return toBinary(WriteContentRequestSchema, create(WriteContentRequestSchema, { ...whole, ...init }));
}
