/**
 * The Notifications port: what became of something is told to other servers.
 *
 * A call is one attempt. Whoever calls decides whether there is another one: after Unavailable, DeadlineExceeded and ResourceExhausted it may be another time,
 * after anything else it would only be the same again. Errors name the host and never more of an address, as the rest of it may be a secret; nor what was sent.
 */
export interface Notifications {
  /** POSTs a message; any 2xx is success. */
  post(message: PostedMessage, signal?: AbortSignal): Promise<void>;
  /** Sets a status of a commit. That it is so already is success. */
  setCommitStatus(status: CommitStatus, signal?: AbortSignal): Promise<void>;
}

export interface PostedMessage {
  /** http or https. */
  readonly url: string;
  /** JSON. */
  readonly body: string;
  readonly credentials: EndpointCredentials;
}

export interface EndpointCredentials {
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** Signs the body: `X-Signature: sha256=` and the HMAC. */
  readonly signingKey?: string;
  /** PEM: who may vouch for the server, in place of those that the machine trusts. */
  readonly ca?: string;
}

export type CommitStatusProvider = 'GitHub' | 'GitLab' | 'Gitea';
export type CommitState = 'pending' | 'success' | 'failure';

export interface CommitStatus {
  readonly provider: CommitStatusProvider;
  /** Base of the API: `https://api.github.com`, `https://gitlab.com/api/v4`, `https://gitea.example.com/api/v1`. */
  readonly address: string;
  /** `owner/name`; of GitLab the whole path of the project. */
  readonly repository: string;
  /** The full name of the commit. */
  readonly commit: string;
  readonly state: CommitState;
  /** Tells this status from those that others set on the commit. */
  readonly context: string;
  /** Cut to what providers take, 140 characters. */
  readonly description: string;
  readonly credentials: Omit<EndpointCredentials, 'signingKey'>;
}
