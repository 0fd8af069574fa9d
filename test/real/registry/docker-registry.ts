import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf, MANIFEST_TYPE } from '../../suites/registry.ts';
import { freePort } from '../../support/free-port.ts';
import { makeFolder } from '../../support/interruption.ts';

/** Debian's docker-registry on a private directory and port. */
export interface DockerRegistry extends AsyncDisposable {
  readonly host: string;
  push(repository: string, tag: string, manifest: Uint8Array, blobs: readonly Uint8Array[]): Promise<string>;
}

/** `htpasswd`: content of its password file (bcrypt); `authorization`: what `push` sends. */
export async function startDockerRegistry(auth?: { htpasswd: string; authorization: string }): Promise<DockerRegistry> {
  const directory = await makeFolder('/tmp/tsm-reg-');
  const host = `127.0.0.1:${await freePort()}`;
  await writeFile(join(directory, 'htpasswd'), auth?.htpasswd ?? '');
  await writeFile(join(directory, 'config.yml'), configuration(directory, host, auth !== undefined));
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('exit', () => resolve());
    child.on('error', reject);
  });
  const headers: Record<string, string> = auth === undefined ? {} : { authorization: auth.authorization };
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await Promise.race([answering(host), ended.then(() => Promise.reject(new Error('docker-registry ended at once')))]);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    host,
    async push(repository, tag, manifest, blobs) {
      for (const blob of blobs) await pushBlob(`http://${host}/v2/${repository}/blobs/uploads/`, blob, headers);
      const response = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
        method: 'PUT',
        headers: { ...headers, 'content-type': MANIFEST_TYPE },
        body: new Uint8Array(manifest),
      });
      if (response.status !== 201) throw new Error(`pushing a manifest: ${response.status} ${await response.text()}`);
      return `${host}/${repository}:${tag}`;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

async function pushBlob(uploads: string, blob: Uint8Array, headers: Record<string, string>): Promise<void> {
  const started = await fetch(uploads, { method: 'POST', headers });
  const location = new URL(started.headers.get('location') ?? '', uploads);
  location.searchParams.set('digest', digestOf(blob));
  const response = await fetch(location, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(blob),
  });
  if (response.status !== 201) throw new Error(`pushing a blob: ${response.status} ${await response.text()}`);
}

function configuration(directory: string, host: string, secured: boolean): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: { addr: host },
    ...(secured ? { auth: { htpasswd: { realm: 'private', path: join(directory, 'htpasswd') } } } : {}),
  });
}

async function answering(host: string): Promise<void> {
  for (;;) {
    const response = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (response !== undefined) return;
    await sleep(20);
  }
}
