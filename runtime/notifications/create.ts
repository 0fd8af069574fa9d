/** The Notifications port over HTTP. */
import { createHmac } from 'node:crypto';
import type { CommitStatus, Notifications, PostedMessage } from '../ports/notifications.ts';
import { commitStatusRequest, explanationOf, isSetAlready } from './commit-status.ts';
import { send } from './send.ts';
import { requireSuccess } from './verdict.ts';

export interface NotificationsOptions {
  /** Proxies, by HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for one call; default 15 s. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 15_000;

export function createNotifications({ env, deadlineMs = DEADLINE_MS }: NotificationsOptions): Notifications {
  return {
    async post(message, signal) {
      const { url, body, credentials } = message;
      const posted = { url, body, ca: credentials.ca, headers: headersOf(message) };
      requireSuccess(await send(posted, { env, deadlineMs, signal }), url);
    },
    async setCommitStatus(status, signal) {
      const posted = commitStatusRequest(status);
      const answer = await send(posted, { env, deadlineMs, signal });
      if (!isSetAlready(status, answer))
        requireSuccess(answer, posted.url, withoutToken(explanationOf(answer), status));
    },
  };
}

function headersOf({ body, credentials }: PostedMessage): Readonly<Record<string, string>> {
  const { token, signingKey } = credentials;
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(signingKey === undefined
      ? {}
      : { 'x-signature': `sha256=${createHmac('sha256', signingKey).update(body).digest('hex')}` }),
  };
}

/** Whatever a server says back. */
const withoutToken = (said: string | undefined, { credentials: { token } }: CommitStatus): string | undefined =>
  token === undefined || token === '' ? said : said?.replaceAll(token, '…');
