import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Api } from './api.ts';
import type { Case } from './case.ts';
import type { Cluster } from './cluster.ts';
import { createDefinitions, createObjects, readObjects, type Preparation } from './prepare.ts';
import { runSteps, StepFailure, type Scene } from './run-step.ts';
import { fillText } from './words.ts';

export type Result =
  | { readonly outcome: 'passed'; readonly ms: number }
  | { readonly outcome: 'skipped'; readonly why: string }
  | { readonly outcome: 'failed'; readonly ms: number; readonly why: string };

/** Why this case cannot run there; undefined when it can. */
export function whySkipped(each: Case, cluster: Pick<Cluster, 'offers' | 'version'>): string | undefined {
  const lacking = each.needs?.find((need) => !cluster.offers.has(need));
  if (lacking === 'containers') return 'needs a tsmoby that runs containers';
  if (lacking === 'tsmoby') return 'is about what only tsmoby has';
  if (each.kubectl !== undefined && minorOf(cluster.version) < minorOf(each.kubectl))
    return `needs kubectl ${each.kubectl} or newer`;
  return undefined;
}

const minorOf = (version: string): number => Number(version.split('.')[1]);

/**
 * Runs one case in a namespace of its own; rejects only when `signal` aborts, and has nothing under way any more when it does.
 * `number` makes its names unique in the run.
 */
export async function runCase(each: Case, cluster: Cluster, number: number, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  const why = whySkipped(each, cluster);
  if (why !== undefined) return { outcome: 'skipped', why };
  const begun = performance.now();
  const ms = (): number => Math.round(performance.now() - begun);
  const scene = await openScene(cluster, number, signal);
  try {
    await prepare(each, scene, { api: cluster.api, signal });
    await runSteps(each.steps, scene);
    return { outcome: 'passed', ms: ms() };
  } catch (error) {
    signal.throwIfAborted();
    const { message, stack } = error as Error;
    return { outcome: 'failed', ms: ms(), why: error instanceof StepFailure ? message : (stack ?? message) };
  } finally {
    if (!signal.aborted) await takeAway(each, scene, cluster.api);
    await rm(scene.directory, { recursive: true, force: true });
  }
}

async function openScene(cluster: Cluster, number: number, signal: AbortSignal): Promise<Scene> {
  const id = `${cluster.run}-${number}`;
  const directory = join(cluster.directory, String(number));
  await mkdir(directory);
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, cluster.kubeconfigIn(id), { mode: 0o600 });
  const words = new Map([
    ...Object.entries(cluster.words),
    ['NS', id],
    ['ID', id],
    ['GROUP', `${id}.example.com`],
    ['DIR', directory],
  ]);
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: directory,
    KUBECONFIG: kubeconfig,
    KUBECTL: cluster.binary,
    KUBE_EDITOR: 'false',
    LC_ALL: 'C',
    // Most of a kubectl's time is its start: it is over before Go's garbage collector is of use.
    GOGC: 'off',
    GOMAXPROCS: '1',
    TZ: 'UTC',
    // What was edited and then refused is kept there.
    TMPDIR: directory,
  };
  return { binary: cluster.binary, directory, env, words, signal };
}

/** The namespace, the files, and what is given; definitions are served when it resolves. */
async function prepare(each: Case, scene: Scene, by: Preparation): Promise<void> {
  const { files = {}, definitions = '', given = '' } = each;
  const { words } = scene;
  const namespace = words.get('NS') ?? '';
  await runSteps(
    Object.entries(files).map(([file, text]) => ({ file, text })),
    scene,
  );
  await createObjects([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }], '', by);
  await createDefinitions(readObjects(fillText(definitions, words)), by);
  await createObjects(readObjects(fillText(given, words)), namespace, by);
}

/** Definitions go at once, since each of them is in every discovery; namespaces at the end, together (see `sweep`). */
async function takeAway({ definitions = '' }: Case, { words }: Scene, api: Api): Promise<void> {
  for (const { metadata } of readObjects(fillText(definitions, words))) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name ?? ''}`;
    await api.send('DELETE', path).catch(() => undefined);
  }
}
