import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';

/**
 * Plain requests to the API server, whatever credentials its kubeconfig has: for what a case is given. `kubectl proxy` carries them,
 * since a kubectl for each would take most of the suite's time.
 */
export interface Api extends AsyncDisposable {
  send(method: 'GET' | 'POST' | 'DELETE', path: string, options?: RequestOptions): Promise<Answer>;
}

export interface RequestOptions {
  readonly accept?: string;
  /** YAML or JSON. */
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Rejects when the proxy does not start. */
export async function openApi(binary: string, directory: string, env: Readonly<Record<string, string>>): Promise<Api> {
  const socketPath = join(directory, 'proxy.sock');
  const args = ['proxy', `--unix-socket=${socketPath}`];
  // In a process group of its own, so that it outlives Ctrl-C: what a run has made is taken away through it.
  const child = spawn(binary, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'close');
  const failed = ended.then(() => {
    throw new Error(`${binary} proxy ended: ${said.trim()}`);
  });
  failed.catch(() => undefined);
  await Promise.race([once(child.stdout, 'data'), failed]);
  return {
    send: (method, path, options = {}) => send(socketPath, method, path, options),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function send(socketPath: string, method: string, path: string, options: RequestOptions): Promise<Answer> {
  const { accept = 'application/json', body } = options;
  const headers = { accept, ...(body === undefined ? {} : { 'content-type': 'application/yaml' }) };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request({ socketPath, method, path, headers, agent: false }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    response.once('end', () => resolve({ status: response.statusCode ?? 0, text })).once('error', reject);
  })
    .once('error', reject)
    .end(body);
  return promise;
}
