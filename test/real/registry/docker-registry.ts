import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureCertificates } from '../../../api/tls/certificates.ts';
import { digestOf, MANIFEST_TYPE } from '../../suites/registry.ts';
import { freePort } from '../../support/free-port.ts';
import { makeFolder, refuseWhenInterrupted } from '../../support/interruption.ts';

export interface DockerRegistryOptions {
  /** Nobody gets in without `CREDENTIALS` (basic authentication). */
  readonly auth?: boolean;
  /** https with a certificate of an authority of the test. */
  readonly tls?: boolean;
}

/** Debian's docker-registry on a private directory and port. */
export interface DockerRegistry extends AsyncDisposable {
  /** 127.0.0.1:port */
  readonly host: string;
  /** PEM, and where it is in a file; absent without TLS. */
  readonly authority?: { readonly pem: string; readonly path: string };
  /** Asks it with its credentials, whatever it answers. `path` begins with /v2/. */
  ask(method: string, path: string, options?: RegistryRequest): Promise<RegistryAnswer>;
  push(repository: string, tag: string, manifest: Uint8Array, blobs: readonly Uint8Array[]): Promise<string>;
}

export interface RegistryRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Who may use a registry with `auth`. */
export const CREDENTIALS = { username: 'reader', password: 's3cret-Word' } as const;
/** The header that they make. */
export const AUTHORIZATION = `Basic ${Buffer.from(`${CREDENTIALS.username}:${CREDENTIALS.password}`).toString('base64')}`;
/** bcrypt of that password. */
const HTPASSWD = 'reader:$2b$04$Z.YcQE/2GfhPskos9w2waOvQO65H604Zi7BesMhGU8Wk2G0Kia7Zy\n';

/** Rejects when it does not come up. */
export async function startDockerRegistry({
  auth = false,
  tls = false,
}: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const directory = await makeFolder('/tmp/tsm-reg-');
  const host = `127.0.0.1:${await freePort()}`;
  const authority = tls ? await makeAuthority(join(directory, 'tls')) : undefined;
  await writeFile(join(directory, 'htpasswd'), HTPASSWD);
  await writeFile(join(directory, 'config.yml'), configuration(directory, host, { auth, tls }));
  refuseWhenInterrupted();
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('exit', () => resolve());
    child.on('error', reject);
  });
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  const always: Record<string, string> = auth ? { authorization: AUTHORIZATION } : {};
  const ask: DockerRegistry['ask'] = async (method, path, { headers = {}, body } = {}) => {
    const [hostname = '', port = ''] = host.split(':');
    const all = { ...always, ...headers, 'content-length': String(body?.length ?? 0) };
    const options: RequestOptions = { hostname, port, path, method, headers: all, agent: false };
    const asked = tls ? httpsRequest({ ...options, ca: authority?.pem }) : httpRequest(options);
    const answered = once(asked, 'response');
    asked.end(body);
    const [response] = (await answered) as [IncomingMessage];
    return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response) };
  };
  try {
    await Promise.race([answering(ask), ended.then(() => Promise.reject(new Error('docker-registry ended at once')))]);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    host,
    ...(authority === undefined ? {} : { authority }),
    ask,
    async push(repository, tag, manifest, blobs) {
      for (const blob of blobs) await pushBlob(ask, `/v2/${repository}/blobs/uploads/`, blob);
      const headers = { 'content-type': MANIFEST_TYPE };
      const { status, body } = await ask('PUT', `/v2/${repository}/manifests/${tag}`, { headers, body: manifest });
      if (status !== 201) throw new Error(`pushing a manifest: ${String(status)} ${body.toString()}`);
      return `${host}/${repository}:${tag}`;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

async function makeAuthority(directory: string): Promise<{ readonly pem: string; readonly path: string }> {
  const { ca } = await ensureCertificates({ directory, hosts: ['127.0.0.1', 'localhost'], now: Date.now() });
  return { pem: ca, path: join(directory, 'ca.crt') };
}

async function pushBlob(ask: DockerRegistry['ask'], uploads: string, blob: Uint8Array): Promise<void> {
  const started = await ask('POST', uploads);
  const location = new URL(started.headers.location ?? '', 'http://registry');
  location.searchParams.set('digest', digestOf(blob));
  const headers = { 'content-type': 'application/octet-stream' };
  const { status, body } = await ask('PUT', `${location.pathname}${location.search}`, { headers, body: blob });
  if (status !== 201) throw new Error(`pushing a blob: ${String(status)} ${body.toString()}`);
}

function configuration(directory: string, host: string, { auth, tls }: Required<DockerRegistryOptions>): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') }, delete: { enabled: true } },
    http: {
      addr: host,
      ...(tls ? { tls: { certificate: `${directory}/tls/server.crt`, key: `${directory}/tls/server.key` } } : {}),
    },
    ...(auth ? { auth: { htpasswd: { realm: 'private', path: join(directory, 'htpasswd') } } } : {}),
  });
}

async function answering(ask: DockerRegistry['ask']): Promise<void> {
  while (
    !(await ask('GET', '/v2/').then(
      () => true,
      () => false,
    ))
  ) {
    await sleep(20);
  }
}
