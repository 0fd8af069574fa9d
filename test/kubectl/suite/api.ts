import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';

/**
 * Plain requests to the API server, whatever credentials its kubeconfig has: for what a case is given. `kubectl proxy` carries them,
 * since a kubectl for each would take most of the suite's time.
 */
export interface Api extends AsyncDisposable {
  send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: RequestOptions): Promise<Answer>;
}

export interface RequestOptions {
  readonly accept?: string;
  /** YAML or JSON; of a PATCH, a JSON merge patch. */
  readonly body?: string;
  /** Ends the request; the server may do all the same what it asks for. */
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface ApiOptions {
  /** Path of a kubectl. */
  readonly binary: string;
  /** Where the proxy's socket is made. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /**
   * Ctrl-C in the terminal leaves the proxy alone: what a run has made in somebody's cluster is taken away through it. Whoever asks
   * for it must dispose on signals.
   */
  readonly outlivesCtrlC?: boolean;
}

/** How long the server may take for an answer: an interrupted run waits for it. */
const ANSWER_MS = 60_000;

/** Rejects when the proxy does not start. */
export async function openApi({ binary, directory, env, outlivesCtrlC = false }: ApiOptions): Promise<Api> {
  const socketPath = join(directory, 'proxy.sock');
  const args = ['proxy', `--unix-socket=${socketPath}`];
  const child = spawn(binary, args, { env, detached: outlivesCtrlC, stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
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
      kill();
      await ended;
      process.off('exit', kill);
    },
  };
}

async function send(socketPath: string, method: string, path: string, options: RequestOptions): Promise<Answer> {
  const { accept = 'application/json', body } = options;
  const late = AbortSignal.timeout(ANSWER_MS);
  const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal]);
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/yaml';
  const headers = { accept, ...(body === undefined ? {} : { 'content-type': type }) };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  request({ socketPath, method, path, headers, agent: false, signal }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    response.once('end', () => resolve({ status: response.statusCode ?? 0, text })).once('error', reject);
  })
    .once('error', reject)
    .end(body);
  return promise;
}
