/** What a call that was signed well is about: pure. */
import type { SyncSource } from '../../../runtime/ports/sync-sources.ts';
import type { WebhookType } from './signature.ts';

export interface SignedCall {
  readonly type: WebhookType;
  /** What the type's header names the event. */
  readonly event: string;
  readonly contentType: string;
  /** Undefined: it was too long to be looked into. */
  readonly body: string | undefined;
}

export const EVENT_HEADERS: Readonly<Record<WebhookType, string | undefined>> = {
  GitHub: 'x-github-event',
  GitLab: 'x-gitlab-event',
  Gitea: 'x-gitea-event',
  GenericHMAC: undefined,
  Generic: undefined,
};

const PUSHES = new Set(['push', 'Push Hook', 'Tag Push Hook', 'System Hook']);

/** Whether the source may be another one after this. Of a repository only what was pushed to what is followed counts; where a call does not say, it may. */
export function concerns({ type, event, contentType, body }: SignedCall, source: SyncSource): boolean {
  if (event === 'ping') return false;
  if (source.type !== 'git') return true;
  if (EVENT_HEADERS[type] !== undefined && !PUSHES.has(event)) return false;
  const pushed = body === undefined ? undefined : pushedRef(body, contentType);
  if (pushed === undefined) return event !== 'System Hook' || body === undefined;
  return follows(source.ref, pushed);
}

interface Pushed {
  /** `refs/heads/main`, `refs/tags/v1`. */
  readonly ref: string;
  readonly defaultBranch: string | undefined;
}

type GitRef = Extract<SyncSource, { readonly type: 'git' }>['ref'];

function follows(ref: GitRef, { ref: pushed, defaultBranch }: Pushed): boolean {
  switch (ref.type) {
    case 'branch':
      return pushed === `refs/heads/${ref.name}`;
    case 'tag':
      return pushed === `refs/tags/${ref.name}`;
    case 'semver':
      return pushed.startsWith('refs/tags/');
    case 'commit':
      return true;
    case 'default':
      if (defaultBranch === undefined) return pushed.startsWith('refs/heads/');
      return pushed === `refs/heads/${defaultBranch}`;
  }
}

/** `ref` of the JSON, which may stand in a form whose first field is `payload`; undefined: it says none. */
function pushedRef(body: string, contentType: string): Pushed | undefined {
  const isForm = contentType.startsWith('application/x-www-form-urlencoded');
  let value: unknown;
  try {
    value = JSON.parse(isForm ? payloadOf(body) : body);
  } catch {
    return undefined;
  }
  const { ref, repository, project } = fieldsOf(value);
  if (typeof ref !== 'string') return undefined;
  const { default_branch: branch } = { ...fieldsOf(repository), ...fieldsOf(project) };
  return { ref, defaultBranch: typeof branch === 'string' ? branch : undefined };
}

/** Whatever else is in the form is not decoded: a body of separators would be half a million fields. Throws for what is no encoding. */
function payloadOf(form: string): string {
  if (!form.startsWith(PAYLOAD)) return '';
  const end = form.indexOf('&');
  const encoded = form.slice(PAYLOAD.length, end === -1 ? undefined : end);
  return decodeURIComponent(encoded.replaceAll('+', ' '));
}

const PAYLOAD = 'payload=';

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
