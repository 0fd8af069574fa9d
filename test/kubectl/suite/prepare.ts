import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments, stringify } from 'yaml';
import type { Api } from './api.ts';

/** Through what a case is prepared, and until when: nothing is made once `signal` has aborted. */
export interface Preparation {
  readonly api: Api;
  readonly signal: AbortSignal;
}

/** What there is of an object in a case's YAML before anybody has looked at it. */
export interface Given {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}

interface Definition extends Given {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** How long a definition may take until its kind is served, and between two looks. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

/** Go's YAML takes a plain `yes` for a boolean. */
const FOR_GO = { version: '1.1' } as const;

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Objects in YAML; integers of any size keep their digits. */
export function readObjects(yaml: string): readonly Given[] {
  return parseAllDocuments(yaml, { intAsBigInt: true })
    .map((each) => each.toJS() as Given | null)
    .filter((each) => each !== null);
}

/** As `kubectl create` would make them, in their order. Rejects with the server's words. */
export async function createObjects(objects: readonly Given[], namespace: string, by: Preparation): Promise<void> {
  const { api, signal } = by;
  for (const each of objects) {
    const path = await collectionOf(each, namespace, by);
    signal.throwIfAborted();
    const query = 'fieldManager=kubectl-create&fieldValidation=Ignore';
    // To its end, whatever aborts: what it makes must be there when the run's things are looked for and taken away.
    const { status, text } = await api.send('POST', `${path}?${query}`, { body: stringify(each, FOR_GO) });
    if (status !== 201) throw new Error(`what the case is given is refused: ${text}\n${stringify(each)}`);
  }
}

/** Makes definitions; resolves when kubectl would find their kinds, and requests for them are answered. */
export async function createDefinitions(definitions: readonly Given[], by: Preparation): Promise<void> {
  await createObjects(definitions, '', by);
  for (const each of definitions) await untilServed(each as Definition, by);
}

async function untilServed({ spec }: Definition, by: Preparation): Promise<void> {
  const { api, signal } = by;
  const { group, names, versions } = spec;
  const paths = versions.filter(({ served }) => served).map(({ name }) => `/apis/${group}/${name}/${names.plural}`);
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answers = await Promise.all(paths.map((path) => api.send('GET', `${path}?limit=1`, { signal })));
    const found = answers.every(({ status }) => status === 200) && (await isDiscovered(group, names.plural, by));
    if (found) return;
    if (performance.now() > deadline) throw new Error(`${names.plural}.${group} is not served after ${PATIENCE_MS} ms`);
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

async function isDiscovered(group: string, plural: string, { api, signal }: Preparation): Promise<boolean> {
  const { text } = await api.send('GET', '/apis', { accept: `${AGGREGATED},application/json`, signal });
  const { items = [] } = JSON.parse(text) as {
    readonly items?: readonly {
      readonly metadata: { readonly name: string };
      readonly versions: readonly { readonly resources?: readonly { readonly resource: string }[] }[];
    }[];
  };
  const versions = items.find(({ metadata }) => metadata.name === group)?.versions ?? [];
  return versions.some(({ resources = [] }) => resources.some(({ resource }) => resource === plural));
}

async function collectionOf(
  { apiVersion, kind, metadata }: Given,
  namespace: string,
  { api, signal }: Preparation,
): Promise<string> {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { text } = await api.send('GET', root, { signal });
  const { resources = [] } = JSON.parse(text) as { readonly resources?: readonly Resource[] };
  const found = resources.find((each) => each.kind === kind && !each.name.includes('/'));
  if (found === undefined) throw new Error(`the case is given a ${kind} of ${apiVersion}, which is not served`);
  return found.namespaced
    ? `${root}/namespaces/${metadata.namespace ?? namespace}/${found.name}`
    : `${root}/${found.name}`;
}
