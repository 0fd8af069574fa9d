/** gRPC's status codes that we use by name (https://grpc.io/docs/guides/status-codes). */
export const STATUS = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** What a method of ours answers instead of a result: goes to the builder as it is, so no secrets in the message. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code: number;
  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** How a call of ours ended, when not well. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly status: number;
  /** `/package.Service/Method` */
  readonly path: string;
  /** google.rpc.Status as bytes, where the peer sent one. */
  readonly details?: Uint8Array;
  /** The connection went away before there was a status. */
  readonly lost: boolean;
  /** Our own signal ended it. */
  readonly cancelledByUs: boolean;
  constructor(
    status: number,
    path: string,
    message: string,
    options: ErrorOptions & {
      readonly details?: Uint8Array | undefined;
      readonly lost?: boolean;
      readonly cancelledByUs?: boolean;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.status = status;
    this.path = path;
    if (options.details !== undefined) this.details = options.details;
    this.lost = options.lost ?? false;
    this.cancelledByUs = options.cancelledByUs ?? false;
  }
}

/** A status message for `grpc-message`: everything but printable ASCII as %XX of its UTF-8 bytes. */
export function encodeMessage(message: string): string {
  let encoded = '';
  for (const byte of Buffer.from(message, 'utf8')) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** The reverse. What is no escape stays as it is, as the specification wants. */
export function decodeMessage(encoded: string): string {
  if (!encoded.includes('%')) return encoded;
  const bytes: number[] = [];
  for (let at = 0; at < encoded.length; at++) {
    const hex = encoded.charAt(at) === '%' ? encoded.slice(at + 1, at + 3) : '';
    if (/^[0-9a-fA-F]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      at += 2;
    } else {
      bytes.push(...Buffer.from(encoded.charAt(at), 'utf8'));
    }
  }
  return Buffer.from(bytes).toString('utf8');
}
