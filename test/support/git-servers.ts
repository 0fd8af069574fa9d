import { pathToFileURL } from 'node:url';
import { makeFolder, whenInterrupted } from './interruption.ts';
import { clearFolders } from './interruption/clear-folders.ts';
import { serveGitOverHttp, type GitHttpServer } from './git/http-server.ts';
import { createRepository, type TestRepository } from './git/repository.ts';
import { startSshServer, type SshServer } from './git/ssh-server.ts';

/** Repositories of a test, served by git's own programs every way that git has. Dispose ends the servers and removes the files. */
export interface GitServers extends AsyncDisposable {
  /** A new one; `name` without `.git`. */
  create(name: string): Promise<TestRepository>;
  readonly http: GitHttpServer;
  /** The same behind basic authentication. */
  readonly secured: GitHttpServer;
  readonly ssh: SshServer;
  /** Where a repository is: file://, http://, http:// for `GIT_CREDENTIALS`, ssh://. */
  urls(repository: TestRepository): Readonly<Record<'file' | 'http' | 'secured' | 'ssh', string>>;
}

/** Who may read from `secured`. */
export const GIT_CREDENTIALS = { username: 'reader', password: 's3cret-Word' } as const;

export async function startGitServers(): Promise<GitServers> {
  const folder = await makeFolder('/tmp/tsm-git-');
  const opened = new AsyncDisposableStack();
  opened.defer(() => clearFolders([folder]));
  const close = whenInterrupted(() => opened.disposeAsync());
  const { username, password } = GIT_CREDENTIALS;
  const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  try {
    const http = opened.use(await serveGitOverHttp(folder));
    const secured = opened.use(await serveGitOverHttp(folder, basic));
    const ssh = opened.use(await startSshServer(folder));
    return {
      http,
      secured,
      ssh,
      create: (name) => createRepository(folder, name),
      urls({ path }) {
        const name = path.slice(folder.length);
        const file = pathToFileURL(path).href;
        return { file, http: `${http.url}${name}`, secured: `${secured.url}${name}`, ssh: `${ssh.url}${path}` };
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
