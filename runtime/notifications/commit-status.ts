/** Statuses of commits as the three APIs want them: pure. */
import type { CommitState, CommitStatus, CommitStatusProvider } from '../ports/notifications.ts';
import type { Answer, Posted } from './send.ts';

const MAX_DESCRIPTION = 140;

interface Dialect {
  url(status: CommitStatus): string;
  headers(token: string): Readonly<Record<string, string>>;
  body(status: CommitStatus, description: string): object;
  /** It is so already. */
  isSuch?(answer: Answer): boolean;
}

const inSegments = (path: string): string => path.split('/').map(encodeURIComponent).join('/');
const base = ({ address }: CommitStatus): string => address.replace(/\/+$/, '');

const GITLAB_STATES: Readonly<Record<CommitState, string>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failed',
};

const DIALECTS: Readonly<Record<CommitStatusProvider, Dialect>> = {
  GitHub: {
    url: (status) => `${base(status)}/repos/${inSegments(status.repository)}/statuses/${status.commit}`,
    headers: (token) => ({
      authorization: `Bearer ${token}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    }),
    body: ({ state, context }, description) => ({ state, context, description }),
  },
  Gitea: {
    url: (status) => `${base(status)}/repos/${inSegments(status.repository)}/statuses/${status.commit}`,
    headers: (token) => ({ authorization: `token ${token}`, accept: 'application/json' }),
    body: ({ state, context }, description) => ({ state, context, description }),
  },
  GitLab: {
    url: (status) => `${base(status)}/projects/${encodeURIComponent(status.repository)}/statuses/${status.commit}`,
    headers: (token) => ({ authorization: `Bearer ${token}`, accept: 'application/json' }),
    body: ({ state, context }, description) => ({ state: GITLAB_STATES[state], name: context, description }),
    // It refuses to set what is set; newer ones do not.
    isSuch: ({ status, text }) => status === 400 && /Cannot transition status via/.test(text),
  },
};

export function commitStatusRequest(status: CommitStatus): Posted {
  const dialect = DIALECTS[status.provider];
  const { token, ca } = status.credentials;
  return {
    url: dialect.url(status),
    headers: token === undefined ? {} : dialect.headers(token),
    body: JSON.stringify(dialect.body(status, cut(status.description))),
    ca,
  };
}

export const isSetAlready = ({ provider }: CommitStatus, answer: Answer): boolean =>
  DIALECTS[provider].isSuch?.(answer) === true;

/** `message` or `error` of an answer in JSON, in one short line. */
export function explanationOf({ text }: Answer): string | undefined {
  try {
    const { message, error } = JSON.parse(text) as { readonly message?: unknown; readonly error?: unknown };
    const said = [message, error].find((one): one is string => typeof one === 'string');
    return said === undefined ? undefined : cut(said.replaceAll(/\s+/g, ' '));
  } catch {
    return undefined;
  }
}

const cut = (text: string): string =>
  text.length <= MAX_DESCRIPTION ? text : `${text.slice(0, MAX_DESCRIPTION - 1)}…`;
