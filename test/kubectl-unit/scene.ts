import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer, Api, RequestOptions } from '../kubectl/suite/api.ts';
import type { Cluster } from '../kubectl/suite/cluster.ts';
import type { Scene } from '../kubectl/suite/run-step.ts';

/** A shell script in the place of kubectl; answers its path. */
export async function scriptedKubectl(directory: string, script: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, 'kubectl');
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

export function sceneOf(binary: string, directory: string, signal = new AbortController().signal): Scene {
  return { binary, directory, env: { PATH: process.env['PATH'] ?? '' }, words: new Map(), signal };
}

/** A cluster whose server answers as it is told, and of which every request is kept as `POST /api/v1/…`. */
export function scriptedCluster(
  binary: string,
  directory: string,
  answer: (method: string, path: string) => Partial<Answer> | Promise<Partial<Answer>>,
): Cluster & { readonly requests: string[] } {
  const requests: string[] = [];
  const api: Api = {
    async send(method, path, { signal }: RequestOptions = {}) {
      signal?.throwIfAborted();
      requests.push(`${method} ${path.split('?')[0] ?? ''}`);
      return { status: 200, text: '{}', ...(await answer(method, path)) };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return {
    binary,
    version: '1.36.0',
    serverVersion: 'v1.36.0',
    offers: new Set(),
    words: {},
    run: 'kc123456',
    directory,
    kubeconfigIn: () => '{}',
    api,
    requests,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
