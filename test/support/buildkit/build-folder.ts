import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BuildRequest, LocalContext } from '../../../runtime/ports/builders.ts';
import { makeFolder } from '../interruption.ts';

/** A folder with a context, and place for what comes out. Dispose removes it. */
export interface BuildFolder extends AsyncDisposable {
  /** Of the context. */
  readonly path: string;
  /** A path beside the context, for an output or another directory. */
  beside(name: string): string;
  /** A request that builds the context; every time with an id of its own. */
  request(changes?: Partial<BuildRequest>): BuildRequest;
}

/** Steps run a program of the context's own: there is no registry to get another one from. */
export const BUSYBOX = 'FROM scratch\nCOPY busybox /bin/busybox\n';

/** A line that runs a shell script in an image that BUSYBOX begins. */
export function run(script: string, flags = ''): string {
  return `RUN ${flags}${JSON.stringify(['/bin/busybox', 'sh', '-c', script])}\n`;
}

/** Files by path in the context; with a busybox in it where the Dockerfile copies one. */
export async function makeBuildFolder(files: Readonly<Record<string, string | Uint8Array>>): Promise<BuildFolder> {
  const folder = await makeFolder('/tmp/tsm-build-');
  const path = join(folder, 'context');
  await mkdir(path);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  if (Object.values(files).some((content) => typeof content === 'string' && content.includes(' busybox '))) {
    await copyFile('/bin/busybox', join(path, 'busybox'));
  }
  return {
    path,
    beside: (name) => join(folder, name),
    request: (changes = {}) => ({ ...plainRequest({ path, sharedKey: folder }), ...changes }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The least that a build can be asked for: a directory with a Dockerfile, and no output. Every one has an id of its own. */
export function plainRequest(directory: LocalContext): BuildRequest {
  return {
    id: randomUUID().replaceAll('-', ''),
    frontend: { name: 'dockerfile.v0' },
    options: {},
    context: directory,
    dockerfile: { directory, filename: 'Dockerfile' },
    namedContexts: {},
    args: {},
    labels: {},
    platforms: [],
    network: 'default',
    hosts: [],
    ulimits: [],
    noCache: false,
    pull: false,
    cacheFrom: [],
    cacheTo: [],
    attestations: {},
    entitlements: [],
    outputs: [],
    credentials: () => undefined,
    secret: () => undefined,
    ssh: {},
  };
}
