import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApi, type Api } from './api.ts';
import type { Need } from './case.ts';
import { runKubectl } from './kubectl.ts';
import { sweep } from './sweep.ts';

export interface ClusterOptions {
  /** Path of a kubectl. */
  readonly binary: string;
  /** Path of the kubeconfig whose current context is used. */
  readonly kubeconfig: string;
  /** Containers run there, from this image archive with busybox: nobody can see that from outside. */
  readonly archive?: string;
  /** See `ApiOptions`. */
  readonly outlivesCtrlC?: boolean;
}

/** One kubectl and one API server, and what this run of the suite leaves there. Disposing takes all of that away. */
export interface Cluster extends AsyncDisposable {
  readonly binary: string;
  /** kubectl's version as `1.36.4`. */
  readonly version: string;
  /** The server's version as it says it, `v1.36.2`. */
  readonly serverVersion: string;
  readonly offers: ReadonlySet<Need>;
  /** Words that mean the same in all cases. */
  readonly words: Readonly<Record<string, string>>;
  /** Begins the name of all that this run makes outside of namespaces. */
  readonly run: string;
  /** Holds a directory for each case that is running. */
  readonly directory: string;
  /** A kubeconfig, as JSON, whose current context is in `namespace`. */
  kubeconfigIn(namespace: string): string;
  /** The server without kubectl, for what a case is given. */
  readonly api: Api;
}

interface Kubeconfig {
  readonly contexts: readonly { readonly context: object }[];
}

/** Rejects, saying why, when kubectl does not start or the server does not answer it. */
export async function openCluster(options: ClusterOptions, signal: AbortSignal): Promise<Cluster> {
  const { binary, kubeconfig, archive, outlivesCtrlC = false } = options;
  await using opening = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'tsm-k-'));
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const env = { PATH: process.env['PATH'] ?? '', HOME: directory, KUBECONFIG: kubeconfig, LC_ALL: 'C' };
  const run = `kc${randomBytes(3).toString('hex')}`;
  const must = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await runKubectl(args, { binary, directory, env, signal });
    if (code !== 0) throw new Error(`${binary} ${args.join(' ')} ended with ${String(code)}: ${err.trim()}`);
    return out;
  };
  const flat = JSON.parse(await must('config', 'view', '--raw', '--flatten', '--minify', '-o', 'json')) as Kubeconfig;
  const versions = JSON.parse(await must('version', '-o', 'json')) as Record<string, { readonly gitVersion: string }>;
  const serverVersion = versions['serverVersion']?.gitVersion ?? '';
  const api = opening.use(await openApi({ binary, directory, env, outlivesCtrlC }));
  opening.defer(() => sweep(run, api));
  const owned = opening.move();
  const offers: Need[] = serverVersion.includes('tsmoby') ? ['tsmoby'] : [];
  if (archive !== undefined) offers.push('containers');
  return {
    binary,
    version: versions['clientVersion']?.gitVersion.replace(/^v/, '') ?? '',
    serverVersion,
    offers: new Set(offers),
    words: archive === undefined ? {} : { ARCHIVE: archive },
    run,
    directory,
    kubeconfigIn: (namespace) =>
      JSON.stringify({
        ...flat,
        contexts: flat.contexts.map((each) => ({ ...each, context: { ...each.context, namespace } })),
      }),
    api,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
