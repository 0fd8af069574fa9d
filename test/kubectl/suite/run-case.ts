import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { Case } from './case.ts';
import type { Cluster } from './cluster.ts';
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

/** Runs one case in a namespace of its own; never rejects, but for an abort. `number` makes its names unique in the run. */
export async function runCase(each: Case, cluster: Cluster, number: number, signal: AbortSignal): Promise<Result> {
  const why = whySkipped(each, cluster);
  if (why !== undefined) return { outcome: 'skipped', why };
  const begun = performance.now();
  const ms = (): number => Math.round(performance.now() - begun);
  const scene = await openScene(cluster, number, signal);
  try {
    await prepare(each, scene);
    await runSteps(each.steps, scene);
    return { outcome: 'passed', ms: ms() };
  } catch (error) {
    signal.throwIfAborted();
    const { message, stack } = error as Error;
    return { outcome: 'failed', ms: ms(), why: error instanceof StepFailure ? message : (stack ?? message) };
  } finally {
    if (!signal.aborted) await takeAway(each, scene, cluster);
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
    TZ: 'UTC',
  };
  return { binary: cluster.binary, directory, env, words, signal };
}

/** The namespace, the files, and what is given; definitions are served when it resolves. */
async function prepare({ files = {}, definitions = '', given = '' }: Case, scene: Scene): Promise<void> {
  const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: "%NS%"}\n';
  const create = 'create --validate=ignore -f -';
  await runSteps(
    [
      ...Object.entries(files).map(([file, text]) => ({ file, text })),
      { kubectl: create, input: [namespace, definitions].filter((each) => each !== '').join('---\n') },
      ...definedNames(definitions).map((name) => ({
        kubectl: `get ${name}`,
        eventually: true,
        err: /No resources found/,
      })),
      ...(given === '' ? [] : [{ kubectl: create, input: given }]),
    ],
    scene,
  );
}

/** `widgets.GROUP`, as the definitions are named and their kinds are asked for. */
function definedNames(definitions: string): string[] {
  return parseAllDocuments(definitions.replaceAll('%', '_PERCENT_'), { logLevel: 'silent' })
    .map((each) => each.getIn(['metadata', 'name']))
    .filter((name) => typeof name === 'string')
    .map((name) => name.replaceAll('_PERCENT_', '%'));
}

/** Definitions go at once, since each of them is in every discovery; namespaces at the end, together (see `sweep`). */
async function takeAway({ definitions = '' }: Case, { words }: Scene, cluster: Cluster): Promise<void> {
  const names = definedNames(definitions).map((name) => `crd/${fillText(name, words)}`);
  if (names.length === 0) return;
  await cluster.kubectl(['delete', '--ignore-not-found', '--wait=false', ...names]).catch(() => undefined);
}
