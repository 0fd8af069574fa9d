import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Need } from './case.ts';
import type { Outcome } from './expectations.ts';
import { runKubectl } from './kubectl.ts';

export interface ClusterOptions {
  /** Path of a kubectl. */
  readonly binary: string;
  /** Path of the kubeconfig whose current context is used. */
  readonly kubeconfig: string;
  /** Whether containers run there: nobody can see that from outside. */
  readonly containers?: boolean;
}

/** One kubectl and one API server, and what this run of the suite leaves there. Disposing takes all of that away. */
export interface Cluster extends AsyncDisposable {
  readonly binary: string;
  /** kubectl's version as `1.36.4`. */
  readonly version: string;
  /** The server's version as it says it, `v1.36.2`. */
  readonly serverVersion: string;
  readonly offers: ReadonlySet<Need>;
  /** Begins the name of all that this run makes outside of namespaces. */
  readonly run: string;
  /** Holds a directory for each case that is running. */
  readonly directory: string;
  /** A kubeconfig, as JSON, whose current context is in `namespace`. */
  kubeconfigIn(namespace: string): string;
  /** Runs kubectl outside of any case. */
  kubectl(args: readonly string[], input?: string): Promise<Outcome>;
}

interface Kubeconfig {
  readonly contexts: readonly { readonly context: object }[];
}

/** Rejects, saying why, when kubectl does not start or the server does not answer it. */
export async function openCluster(options: ClusterOptions, signal: AbortSignal): Promise<Cluster> {
  const { binary, kubeconfig, containers = false } = options;
  await using opening = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'tsm-k-'));
  opening.defer(() => rm(directory, { recursive: true, force: true }));
  const env = { PATH: process.env['PATH'] ?? '', HOME: directory, KUBECONFIG: kubeconfig, LC_ALL: 'C' };
  const run = `kc${randomBytes(3).toString('hex')}`;
  // What takes things away must work after an interruption too.
  const kubectl = (args: readonly string[], input?: string, until = signal): Promise<Outcome> =>
    runKubectl(args, { binary, directory, env, signal: until, ...(input === undefined ? {} : { input }) });
  const must = async (...args: readonly string[]): Promise<string> => {
    const { code, out, err } = await kubectl(args);
    if (code !== 0) throw new Error(`${binary} ${args.join(' ')} ended with ${String(code)}: ${err.trim()}`);
    return out;
  };
  const flat = JSON.parse(await must('config', 'view', '--raw', '--flatten', '--minify', '-o', 'json')) as Kubeconfig;
  const versions = JSON.parse(await must('version', '-o', 'json')) as Record<string, { readonly gitVersion: string }>;
  const serverVersion = versions['serverVersion']?.gitVersion ?? '';
  opening.defer(() => sweep(run, (args) => kubectl(args, undefined, AbortSignal.timeout(60_000))));
  const owned = opening.move();
  const offers: Need[] = serverVersion.includes('tsmoby') ? ['tsmoby'] : [];
  if (containers) offers.push('containers');
  return {
    binary,
    version: versions['clientVersion']?.gitVersion.replace(/^v/, '') ?? '',
    serverVersion,
    offers: new Set(offers),
    run,
    directory,
    kubeconfigIn: (namespace) =>
      JSON.stringify({
        ...flat,
        contexts: flat.contexts.map((each) => ({ ...each, context: { ...each.context, namespace } })),
      }),
    kubectl,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Deletes what a run has left: namespaces and definitions carry its name. */
async function sweep(run: string, kubectl: (args: readonly string[]) => Promise<Outcome>): Promise<void> {
  const { out } = await kubectl(['get', 'namespaces,customresourcedefinitions', '-o', 'name']);
  const ours = out.split('\n').filter((line) => line.includes(run));
  if (ours.length > 0) await kubectl(['delete', '--ignore-not-found', '--wait=false', ...ours]);
}
