/**
 * The Registry port: the OCI distribution API as a reader sees it. An implementation caches tokens per host, repository
 * and credentials, follows redirects without handing credentials to another host, retries what is safe to retry, and
 * gives up on a registry that stops sending.
 */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
  /** A refresh token, used instead of the password where there is one. */
  readonly identityToken?: string;
}

export interface Descriptor {
  readonly mediaType: string;
  /** sha256:… */
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RegistryTarget {
  readonly reference: string;
  readonly credentials?: RegistryCredentials;
  readonly insecure: boolean;
}

export interface Registry {
  /** Rejects: NotFound (no such tag or repository), Unauthorized, Unavailable, DeadlineExceeded, InvalidArgument (bad reference). */
  resolve(target: RegistryTarget, signal?: AbortSignal): Promise<Descriptor>;
  /** All tags of the reference's repository, in no order; what the reference names otherwise is no matter. Rejects as `resolve` does. */
  listTags(target: RegistryTarget, signal?: AbortSignal): Promise<readonly string[]>;
  /** A manifest or index, verified against its digest; at most 4 MiB. */
  manifest(target: RegistryTarget, descriptor: Descriptor, signal?: AbortSignal): Promise<Uint8Array>;
  /** A blob's bytes from `offset`; the caller verifies the digest. */
  blob(
    target: RegistryTarget,
    descriptor: Descriptor,
    offset: number,
    signal?: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>>;
}
