/**
 * The Webhooks port: calls from outside which say that something may have changed.
 *
 * A hook stands under a path that nobody can guess. It is asked twice about a call: before anything of the body is read, whether it can be for it at all, and
 * after all of it, what it was. A caller learns nothing of a hook that does not know it: an unknown path, another method, a signature that is missing and one
 * that is wrong are answered alike. Only who knows the path and sends what may be a signature can be told of too many calls or too many bytes. Calls may come in twice, in
 * any order, and not at all; so they only ever say "look", and never what is to be seen.
 */
export interface Webhooks {
  /** `https://127.0.0.1:9292`, where calls come in; undefined: nobody listens. */
  readonly address: string | undefined;
  /** Takes calls for this path, which begins with a slash, until disposed. A later hook of the same path takes its place. */
  serve(path: string, hook: Webhook): Disposable;
}

export interface Webhook {
  /** A call begins; `header`: its headers by name, in lower case. Undefined: it is none of ours. */
  begin(header: (name: string) => string | undefined): WebhookCall | undefined;
}

export interface WebhookCall {
  /** The next part of the body. Not called after too many bytes, nor is `end` then. */
  take(chunk: Uint8Array): void;
  /** That was all of it. `refused`: it is not what it says it is. `ignored`: it is, and there is nothing to do. */
  end(): WebhookVerdict;
}

export type WebhookVerdict = 'accepted' | 'ignored' | 'refused';
