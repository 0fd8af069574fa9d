import type { Impersonation } from './impersonate.ts';
import type { UserInfo } from './attributes.ts';
import type { RequestInfo } from '../request-info.ts';
import type { Representation } from '../negotiate.ts';
import type { StatusError } from '../status-error.ts';
import type { Upgrade } from './upgrade.ts';

/** What the transport knows about the caller. */
export type Credentials =
  /** Whoever may open the socket file. */
  | { readonly transport: 'unix' }
  /** A client certificate that our CA vouches for, or none. */
  | {
      readonly transport: 'tls';
      readonly certificate?: {
        readonly commonName: string;
        readonly organizations: readonly string[];
        /** SHA-256 of the certificate, in lower-case hexadecimal. */
        readonly fingerprint: string;
      };
    }
  /** The daemon's own controllers. */
  | { readonly transport: 'in-process'; readonly user: UserInfo };

/**
 * What a write carries. HTTP brings bytes; in-process callers hand in the value itself, which is then only read, never
 * changed. `contentType` is without parameters, in lower case; empty when the client sent none.
 */
export type RequestBody =
  | { readonly type: 'bytes'; readonly contentType: string; readonly bytes: Uint8Array }
  | { readonly type: 'value'; readonly contentType: string; readonly value: unknown };

/** Query parameters: the first value of each, on an object without prototype. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/** One request, whoever makes it. */
export interface ApiRequest {
  readonly credentials: Credentials;
  readonly info: RequestInfo;
  readonly parameters: Parameters;
  /** All values of those query parameters that came more than once, in their order; on an object without prototype. */
  readonly repeated?: Readonly<Record<string, readonly string[] | undefined>>;
  /** How the caller wants objects to look; only the transport's renderer and discovery read it. */
  readonly representation: Representation;
  readonly body?: RequestBody;
  /**
   * HTTP: brings the body that is still on the wire. Asked once, when the caller is known, allowed, and its request has
   * somebody to answer it; nobody else's body is read. Throws StatusErrors.
   */
  readonly readBody?: () => Promise<RequestBody | undefined>;
  /** What the transport refuses: told to those only who may do what they ask for. */
  readonly refusal?: StatusError;
  /** What else than an answer the caller wants. */
  readonly upgrade?: Upgrade;
  /** Whose rights the caller wants to have instead of his own. */
  readonly impersonation?: Impersonation;
  /** For the default field manager. */
  readonly userAgent: string;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  /** Receives the text of each `Warning: 299` header. */
  readonly warn: (text: string) => void;
}

/** All values of a query parameter, in their order. */
export function valuesOf({ parameters, repeated }: ApiRequest, name: string): readonly string[] {
  const first = parameters[name];
  return repeated?.[name] ?? (first === undefined ? [] : [first]);
}
