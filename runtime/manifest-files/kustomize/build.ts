/**
 * Builds a kustomization with the kustomize in kubectl, from copies: of files that were opened inside the root and decrypted, and of nothing else. So no link
 * and no `..` leads anywhere, and what was built is what the digest counts.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { isRuntimeError, type RuntimeError } from '../../errors.ts';
import type { Host } from '../../ports/host.ts';
import type { FileProblem } from '../../ports/manifest-files.ts';
import type { KnownManifest } from '../read-manifest.ts';
import { problemAt } from '../problem.ts';

export interface KustomizeTools {
  readonly host: Pick<Host, 'run'>;
  /** A directory of ours that dies with the boot. Secrets stand in it while a build runs. */
  readonly scratch: string;
  readonly signal: AbortSignal | undefined;
}

const DEADLINE = 60_000;

/** kustomize would fetch what a file names by URL. That is refused before; should one slip through, it meets nobody. */
const NO_NETWORK = {
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  NO_PROXY: '',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
};

/** The manifests, or why there are none. Rejects with Cancelled. */
export async function buildKustomization(
  kustomization: string,
  files: ReadonlyMap<string, KnownManifest>,
  { host, scratch, signal }: KustomizeTools,
): Promise<Uint8Array | FileProblem> {
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const stage = await mkdtemp(join(scratch, 'kustomize-'));
  try {
    await copyInto(stage, files);
    const { stdout } = await host.run('kubectl', ['kustomize', join(stage, posix.dirname(kustomization))], {
      deadline: DEADLINE,
      environment: { ...NO_NETWORK, HOME: stage, XDG_CONFIG_HOME: stage, KUBECONFIG: '/dev/null' },
      ...(signal === undefined ? {} : { signal }),
    });
    return Buffer.from(stdout);
  } catch (error) {
    if (!isRuntimeError(error) || isRuntimeError(error, 'Cancelled')) throw error;
    return failure(kustomization, error, stage, files);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function copyInto(stage: string, files: ReadonlyMap<string, KnownManifest>): Promise<void> {
  const made = new Set<string>();
  for (const [path, { read }] of files) {
    if (read.type !== 'file') continue;
    const target = join(stage, path.replace(/\.age$/, ''));
    const directory = dirname(target);
    if (!made.has(directory)) await mkdir(directory, { recursive: true, mode: 0o700 });
    made.add(directory);
    await writeFile(target, read.file.bytes, { mode: 0o600 });
  }
}

function failure(
  kustomization: string,
  error: RuntimeError,
  stage: string,
  files: ReadonlyMap<string, KnownManifest>,
): FileProblem {
  if (error.code === 'Unsupported') {
    const what =
      'kubectl is not installed, and builds kustomizations: install it on this machine (or on the PATH of the daemon)';
    return problemAt(kustomization, what, { heals: true });
  }
  const said = error.message
    .replace(/^[^\n]*? ended with \S+: /, '')
    // with a log line's beginning in some versions
    .replace(/^E\d+ [^\n]*? err="([^]*)"\s*$/, '$1')
    .replace(/^error: /i, '')
    .replaceAll(`${stage}/`, '')
    .replaceAll(stage, '.');
  const line = Number(/\bline (\d+)/.exec(said)?.[1] ?? 1);
  const where = mentioned(said, kustomization, [...files.keys()]);
  const heals = error.code !== 'Internal';
  return { ...problemAt(where, said, { spot: { line, column: 1 }, heals }), path: kustomization };
}

/** The file that a message is about: it names directories and files on the way to it, each from the one before or from the root. */
function mentioned(said: string, kustomization: string, paths: readonly string[]): string {
  let directory = posix.dirname(kustomization);
  let found: string | undefined;
  for (const [, quoted, last] of said.matchAll(/'([^'\s]+)'|\bFile: ([^\s"']+)/g)) {
    const name = quoted ?? last ?? '';
    for (const path of [posix.join(directory, name), posix.normalize(name)]) {
      if (paths.includes(path)) found = path;
      else if (paths.some((one) => one.startsWith(`${path}/`))) directory = path;
      else continue;
      break;
    }
  }
  const named = paths.filter((path) => said.includes(path)).toSorted((a, b) => b.length - a.length);
  return found ?? named[0] ?? kustomization;
}
