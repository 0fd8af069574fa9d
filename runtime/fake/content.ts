import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { createHash } from 'node:crypto';
import {
  AbortRequestSchema,
  InfoRequestSchema,
  InfoResponseSchema,
  ListStatusesResponseSchema,
  ReadContentRequestSchema,
  ReadContentResponseSchema,
  StatusRequestSchema,
  StatusResponseSchema,
  WriteAction,
  WriteContentRequestSchema,
  WriteContentResponseSchema,
  type WriteContentRequest,
  type WriteContentResponse,
} from '../../proto/gen/containerd/content_pb.ts';
import { RuntimeError } from '../errors.ts';
import { ContentCallError, READ_METHODS, WRITE_METHODS, type ContentProxy } from '../ports/content.ts';

const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
const FAILED_PRECONDITION = 9;
const OUT_OF_RANGE = 11;
const UNIMPLEMENTED = 12;
const UNAVAILABLE = 14;
const CHUNK = 1024 * 1024;

interface FakeIngest {
  bytes: Buffer;
  total: bigint;
}

/** What one receiver has written. */
export interface FakeWriting {
  readonly content: ContentProxy;
  /** Blobs that were not there before. */
  readonly written: ReadonlySet<string>;
  /** Ends everything; what was begun goes, and with `undo` what was finished, too. */
  close(undo: boolean): void;
}

/** Blobs in a map, behind containerd's messages. */
export class FakeContent {
  readonly blobs = new Map<string, Uint8Array>();
  /** By their name: what was begun and not finished. */
  readonly ingests = new Map<string, FakeIngest>();
  readonly #writers = new Map<string, object>();

  /** Read access to these blobs alone. */
  reading(allowed: ReadonlySet<string>): ContentProxy {
    return this.#proxy(READ_METHODS, (digest) => allowed.has(digest));
  }

  writing(signal: AbortSignal | undefined): FakeWriting {
    const closed = new AbortController();
    const written = new Set<string>();
    const begun = new Set<string>();
    const stop = signal === undefined ? closed.signal : AbortSignal.any([signal, closed.signal]);
    return {
      written,
      content: this.#proxy(WRITE_METHODS, () => true, { written, begun, stop }),
      close: (undo) => {
        closed.abort();
        for (const ref of begun) {
          this.ingests.delete(ref);
          this.#writers.delete(ref);
        }
        if (undo) for (const digest of written) this.blobs.delete(digest);
      },
    };
  }

  #proxy(
    methods: ContentProxy['methods'],
    allowed: (digest: string) => boolean,
    writer?: { readonly written: Set<string>; readonly begun: Set<string>; readonly stop: AbortSignal },
  ): ContentProxy {
    const answer = async function* (
      this: FakeContent,
      ...[method, requests, signal]: Parameters<ContentProxy['call']>
    ) {
      if (!methods.includes(method)) throw new ContentCallError(UNIMPLEMENTED, `${method} is not allowed here`);
      const stop = writer === undefined ? signal : AbortSignal.any([signal, writer.stop]);
      const stream: { ref?: string } = {};
      try {
        for await (const message of requests) {
          if (stop.aborted) throw new RuntimeError('Cancelled', `${method}: cancelled`);
          if (method === 'Write') {
            const request = fromBinary(WriteContentRequestSchema, message);
            // Only the first message of a stream has to say what it writes.
            const ref = request.ref === '' ? (stream.ref ?? '') : request.ref;
            stream.ref = ref;
            this.#lock(ref, stream);
            writer?.begun.add(ref);
            const response = this.#write({ ...request, ref });
            if (response.digest !== '') writer?.written.add(response.digest);
            yield toBinary(WriteContentResponseSchema, response);
          } else yield* this.#single(method, message, allowed);
        }
      } finally {
        for (const [ref, holder] of this.#writers) if (holder === stream) this.#writers.delete(ref);
      }
    };
    return { methods, call: answer.bind(this) };
  }

  *#single(
    method: 'Info' | 'Read' | 'Status' | 'ListStatuses' | 'Abort',
    message: Uint8Array,
    allowed: (digest: string) => boolean,
  ): Generator<Uint8Array> {
    const blob = (digest: string): Uint8Array => {
      const bytes = allowed(digest) ? this.blobs.get(digest) : undefined;
      if (bytes === undefined) throw new ContentCallError(NOT_FOUND, `content ${digest}: not found`);
      return bytes;
    };
    const statusOf = (ref: string) => {
      const { bytes, total } = this.#ingest(ref);
      return { ref, total, offset: BigInt(bytes.byteLength) };
    };
    switch (method) {
      case 'Info': {
        const { digest } = fromBinary(InfoRequestSchema, message);
        const info = { digest, size: BigInt(blob(digest).byteLength) };
        return yield toBinary(InfoResponseSchema, create(InfoResponseSchema, { info }));
      }
      case 'Read': {
        const { digest, offset, size } = fromBinary(ReadContentRequestSchema, message);
        const bytes = blob(digest);
        const end = size === 0n ? bytes.byteLength : Math.min(bytes.byteLength, Number(offset + size));
        for (let at = Number(offset); at < end; at += CHUNK) {
          const data = bytes.subarray(at, Math.min(end, at + CHUNK));
          yield toBinary(ReadContentResponseSchema, create(ReadContentResponseSchema, { offset: BigInt(at), data }));
        }
        return;
      }
      case 'Status': {
        const status = statusOf(fromBinary(StatusRequestSchema, message).ref);
        return yield toBinary(StatusResponseSchema, create(StatusResponseSchema, { status }));
      }
      case 'ListStatuses': {
        const statuses = [...this.ingests.keys()].map(statusOf);
        return yield toBinary(ListStatusesResponseSchema, create(ListStatusesResponseSchema, { statuses }));
      }
      case 'Abort': {
        const { ref } = fromBinary(AbortRequestSchema, message);
        this.#ingest(ref);
        this.ingests.delete(ref);
        return yield new Uint8Array();
      }
    }
  }

  /** One stream at a time may write an ingest; another one has to come again. */
  #lock(ref: string, stream: object): void {
    const holder = this.#writers.get(ref) ?? stream;
    if (holder !== stream) throw new ContentCallError(UNAVAILABLE, `ref ${ref} is locked`);
    this.#writers.set(ref, stream);
  }

  #ingest(ref: string): FakeIngest {
    const ingest = this.ingests.get(ref);
    if (ingest === undefined) throw new ContentCallError(NOT_FOUND, `ingest ${ref}: not found`);
    return ingest;
  }

  #write({ action, ref, total, expected, offset, data }: WriteContentRequest): WriteContentResponse {
    if (expected !== '' && this.blobs.has(expected)) {
      throw new ContentCallError(ALREADY_EXISTS, `content ${expected}: already exists`);
    }
    const ingest = this.ingests.get(ref) ?? { bytes: Buffer.alloc(0), total };
    this.ingests.set(ref, ingest);
    if (data.byteLength > 0) {
      if (Number(offset) !== ingest.bytes.byteLength) {
        throw new ContentCallError(OUT_OF_RANGE, `ingest ${ref} is at ${ingest.bytes.byteLength}, not ${offset}`);
      }
      ingest.bytes = Buffer.concat([ingest.bytes, data]);
    }
    const digest = action === WriteAction.COMMIT ? this.#commit(ref, ingest, total, expected) : '';
    return create(WriteContentResponseSchema, { action, offset: BigInt(ingest.bytes.byteLength), total, digest });
  }

  #commit(ref: string, { bytes }: FakeIngest, total: bigint, expected: string): string {
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    if ((expected !== '' && expected !== digest) || (total > 0n && Number(total) !== bytes.byteLength)) {
      throw new ContentCallError(FAILED_PRECONDITION, `ingest ${ref} is ${digest}, not ${expected}`);
    }
    this.ingests.delete(ref);
    this.blobs.set(digest, bytes);
    return digest;
  }
}
