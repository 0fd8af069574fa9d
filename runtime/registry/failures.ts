/** The named crossing from Node's network errors and HTTP statuses to RuntimeError. */
import { RuntimeError } from '../errors.ts';

/** Certificate trouble, by OpenSSL's and Node's codes, and what to do. */
const certificateFailures: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate comes from an authority that this machine does not know',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet; look at the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

const notTls: ReadonlySet<string> = new Set([
  'EPROTO',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);

/** Connections that broke or never stood: the same request may be sent again. */
const passing: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Whether the peer does not speak TLS, or nobody listens: for hosts that may be plain HTTP. */
export function speaksNoTls(error: unknown): boolean {
  const cause = error instanceof RuntimeError ? error.cause : error;
  return notTls.has(codeOf(cause)) || codeOf(cause) === 'ECONNREFUSED' || codeOf(cause) === 'ECONNRESET';
}

/** Whether the same request may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  return error instanceof RuntimeError && error.code === 'Unavailable' && passing.has(codeOf(error.cause));
}

/** What went wrong before or while an answer came. `what` names host and path, never a query. */
export function networkFailure(what: string, error: unknown): RuntimeError {
  if (error instanceof RuntimeError) return error;
  const code = codeOf(error);
  const unavailable = (message: string): RuntimeError =>
    new RuntimeError('Unavailable', `${what}: ${message}`, { cause: error, reason: 'RegistryUnavailable' });
  if (code === 'ABORT_ERR' || (error instanceof Error && error.name === 'AbortError')) {
    return new RuntimeError('Cancelled', `${what}: cancelled`, { cause: error });
  }
  const certificate = certificateFailures[code];
  if (certificate !== undefined) {
    return unavailable(
      `${certificate}; add its authority to NODE_EXTRA_CA_CERTS of the daemon, or set insecure on the Image`,
    );
  }
  if (notTls.has(code)) return unavailable('it does not speak TLS; for plain HTTP set insecure on the Image');
  if (code === 'HPE_HEADER_OVERFLOW')
    return new RuntimeError('Corrupt', `${what}: its answer has too long headers`, { cause: error });
  if (code === 'ENOTFOUND') return unavailable('no such host');
  if (code === 'ECONNREFUSED') return unavailable('nobody listens there (connection refused)');
  return unavailable(code === '' ? 'the connection failed' : `the connection failed (${code})`);
}

/** What a registry answered instead of what was asked. `details` is its own text, scrubbed already. */
export function statusFailure(what: string, status: number, details: string): RuntimeError {
  const said = details === '' ? '' : `: ${details}`;
  switch (status) {
    case 401:
    case 403:
      return new RuntimeError(
        'Unauthorized',
        `${what}: the registry refuses access (${status}): wrong or missing credentials, or no such repository${said}`,
        { reason: 'Unauthorized' },
      );
    case 404:
      return new RuntimeError('NotFound', `${what}: not found in the registry${said}`, { reason: 'ImageNotFound' });
    case 429:
      return new RuntimeError('Unavailable', `${what}: the registry says too many requests (429)${said}`, {
        reason: 'RateLimited',
      });
    case 400:
    case 405:
    case 414:
      return new RuntimeError(
        'InvalidArgument',
        `${what}: the registry does not understand the request (${status})${said}`,
      );
    default:
      return status >= 500
        ? new RuntimeError('Unavailable', `${what}: the registry has trouble (${status})${said}`, {
            reason: 'RegistryUnavailable',
          })
        : new RuntimeError('Internal', `${what}: unexpected status ${status}${said}`);
  }
}
