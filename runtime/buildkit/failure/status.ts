import { fromBinary } from '@bufbuild/protobuf';
import { StatusSchema, type Status } from '../../../proto/gen/google/rpc-status_pb.ts';
import type { SourcePlace } from '../../ports/builders.ts';
import type { CallError } from '../grpc/status.ts';

/** What a builder says of a build that failed. */
export interface FailureStatus {
  /** gRPC status code; 2 for nearly everything. */
  readonly code: number;
  readonly message: string;
  /** Where in which file, as far as that is known. */
  readonly place?: SourcePlace;
  /** Digest of the step. */
  readonly vertex?: string;
  /** Of the process of a RUN step. */
  readonly exitCode?: number;
}

/** A failure as the call brought it: its details are a google.rpc.Status, once more with the message. */
export function failureOfCall({ status, message, details }: CallError): FailureStatus {
  if (details === undefined) return { code: status, message };
  try {
    return { ...failureOf(fromBinary(StatusSchema, details)), code: status, message };
  } catch {
    return { code: status, message };
  }
}

/** The first detail of a kind counts. What cannot be read is left out: a failure without a place is one nevertheless. */
export function failureOf({ code, message, details }: Status): FailureStatus {
  const found = details.map(({ typeUrl, value }) => readDetail(typeUrl, value));
  return { ...(Object.assign({}, ...found.reverse()) as Detail), code, message };
}

type Detail = Pick<FailureStatus, 'place' | 'vertex' | 'exitCode'>;

/** The values are JSON, not protobuf, whatever the message around them says. */
function readDetail(type: string, value: Uint8Array): Detail {
  const read = READERS.find(([suffix]) => type.endsWith(suffix))?.[1];
  if (read === undefined) return {};
  try {
    return read(JSON.parse(new TextDecoder().decode(value)) as Loose);
  } catch {
    return {};
  }
}

/** Nothing is certain of what another program sends as JSON. */
interface Loose {
  readonly digest?: unknown;
  readonly Code?: unknown;
  readonly info?: { readonly filename?: unknown; readonly data?: unknown };
  readonly ranges?: readonly {
    readonly start?: { readonly line?: unknown };
    readonly end?: { readonly line?: unknown };
  }[];
}

const READERS: readonly (readonly [suffix: string, read: (value: Loose) => Detail])[] = [
  ['errdefs.Vertex+json', ({ digest }) => (typeof digest === 'string' ? { vertex: digest } : {})],
  ['gatewayapi.ExitMessage+json', ({ Code }) => (typeof Code === 'number' ? { exitCode: Code } : {})],
  ['errdefs.Source+json', readSource],
];

/** The ranges are lines that follow one another; together they are the instruction. */
function readSource({ info, ranges = [] }: Loose): Detail {
  const lines = ranges.flatMap(({ start, end }) => [start?.line, end?.line]).filter((line) => typeof line === 'number');
  if (typeof info?.filename !== 'string' || lines.length === 0) return {};
  const text = typeof info.data === 'string' ? { text: Buffer.from(info.data, 'base64').toString('utf8') } : {};
  return {
    place: { file: info.filename, startLine: Math.min(...lines), endLine: Math.max(...lines), ...text },
  };
}
