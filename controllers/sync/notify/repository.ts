/** Where the API of a repository is, from where the repository is: pure. */
import type { CommitStatusProvider } from '../../../runtime/ports/notifications.ts';

export interface RepositoryPlace {
  readonly address: string;
  readonly repository: string;
}

const SCP = /^[^/@\s]+@([^/:\s]+):\/*(.+)$/;

/** Undefined: nobody can tell from the URL. Ports of ssh say nothing of the API's. */
export function placeOf(provider: CommitStatusProvider, url: string): RepositoryPlace | undefined {
  const { host, path } = partsOf(url) ?? {};
  if (host === undefined || path === undefined) return undefined;
  const segments = path
    .replace(/\.git\/?$/, '')
    .split('/')
    .filter((segment) => segment !== '');
  if (segments.length < 2) return undefined;
  if (provider === 'GitLab') return { address: `https://${host}/api/v4`, repository: segments.join('/') };
  const repository = segments.slice(-2).join('/');
  if (provider === 'GitHub') {
    const isPublic = host === 'github.com' || host === 'www.github.com';
    return { address: isPublic ? 'https://api.github.com' : `https://${host}/api/v3`, repository };
  }
  // Gitea may stand below a path of its host.
  return { address: ['https:/', host, ...segments.slice(0, -2), 'api/v1'].join('/'), repository };
}

function partsOf(text: string): { readonly host: string; readonly path: string } | undefined {
  const [, scpHost, scpPath] = SCP.exec(text) ?? [];
  if (scpHost !== undefined && scpPath !== undefined) return { host: scpHost, path: scpPath };
  const url = URL.parse(text);
  if (url === null || !/^(https?|ssh):$/.test(url.protocol)) return undefined;
  return { host: url.protocol === 'ssh:' ? url.hostname : url.host, path: url.pathname };
}
