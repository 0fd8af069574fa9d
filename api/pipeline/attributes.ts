/** Who asks. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  /** What else authentication knows, under keys of its own. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/**
 * A request as authorizer, admission and audit see it; the same for HTTP and for in-process callers.
 * For requests to paths (`/version`, `/healthz`) `resource` is empty and `verb` the HTTP method in lower case.
 */
export interface RequestAttributes {
  readonly user: UserInfo;
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  /** The plural; empty for non-resource requests. */
  readonly resource: string;
  readonly subresource: string;
  /** Empty for cluster-scoped resources and for requests over all namespaces. */
  readonly namespace: string;
  /** Empty for collections. */
  readonly name: string;
  readonly path: string;
}
