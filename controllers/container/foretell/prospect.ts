import type { KubeObject } from '../../../schemas/object.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import { DEFAULT_NETWORK, hasDefaultNetwork, wantedNetworks } from '../../../schemas/values/container-networks.ts';
import { volumeNames } from '../../../schemas/values/container-references.ts';
import type { PlanContext, Reader } from '../../engine/contract.ts';
import { kindKey, objectKey } from '../../engine/keys.ts';
import type { Dependency } from '../dependencies.ts';
import { readDependencies } from '../dependencies.ts';
import type { DependencyObjects } from '../dependency-objects.ts';

const TSMOBY = 'tsmoby.dev/v1alpha1';
const VOLUME = { apiVersion: TSMOBY, kind: 'Volume' } as const;
const NETWORK = { apiVersion: TSMOBY, kind: 'Network' } as const;

/** Objects as their own controllers will have made them: Volumes and Networks that are about to be made are ready. */
export async function prospect({ metadata, spec }: Container, { reader, planOf }: PlanContext): Promise<Reader> {
  const { namespace = '' } = metadata;
  const ready = new Set<string>();
  const all = [
    ...volumeNames(spec).map((name) => ({ ...VOLUME, name })),
    ...wantedNetworks(spec).map((name) => ({ ...NETWORK, name })),
  ];
  for (const { name, ...kind } of all) {
    const isThere = reader.get(kind, namespace, name) !== undefined;
    if (!isThere && !(kind.kind === 'Network' && isDefault(namespace, name, reader))) continue;
    if (!isThere) ready.add(`${kindKey(kind)} ${objectKey(namespace, name)}`);
    const planned = await planOf({ ...kind, namespace, name });
    if (planned?.action === 'Create') ready.add(`${kindKey(kind)} ${objectKey(namespace, name)}`);
  }
  return {
    get: <T extends KubeObject>(...[kind, place, name]: Parameters<Reader['get']>) => {
      const found = reader.get<T>(kind, place, name);
      const isReady = ready.has(`${kindKey(kind)} ${objectKey(place, name)}`);
      const made = { ...kind, metadata: { name, namespace: place, uid: '' } };
      return isReady ? ({ ...(found ?? made), status: MADE } as unknown as T) : found;
    },
    list: (kind, query) => reader.list(kind, query),
  };
}

/** A namespace that has a default network gets it by itself. */
function isDefault(namespace: string, name: string, reader: Reader): boolean {
  const found = reader.get({ apiVersion: 'v1', kind: 'Namespace' }, undefined, namespace);
  return name === DEFAULT_NETWORK && found !== undefined && hasDefaultNetwork(found);
}

/** As far as those look who use it. */
const MADE = { path: '', conditions: [{ type: 'Ready', status: 'True', reason: 'Provisioned', message: '' }] };

export interface Awaited {
  readonly dependencies: readonly Dependency[];
  /** All of them are there and may come to be met: what waits for them goes on then. */
  readonly mayCome: boolean;
}

/** What a Container depends on, as it would be; one that is started again because of the question is another run. */
export async function prospectiveDependencies(
  container: Container,
  { find, planOf }: PlanContext,
  objects: Pick<DependencyObjects, 'kindOf'>,
): Promise<Awaited> {
  let mayCome = true;
  const known = readDependencies(container, {
    find({ kind: name, apiVersion, name: objectName }, namespace) {
      const kind = objects.kindOf(name, apiVersion);
      const object = kind && find({ ...kind, ...(kind.namespaced ? { namespace } : {}), name: objectName });
      if (object === undefined) mayCome = false;
      if (kind === undefined) return { type: 'unknown', why: `there is no kind ${name}` };
      return object === undefined
        ? { type: 'missing' }
        : { type: 'found', object, hasConditions: kind.hasConditions ?? false };
    },
  });
  const dependencies: Dependency[] = [];
  for (const dependency of known) {
    const { wanted, run } = dependency;
    const kind = wanted.restart === true ? objects.kindOf(wanted.kind, wanted.apiVersion) : undefined;
    const { namespace = '' } = container.metadata;
    const planned =
      kind && (await planOf({ apiVersion: kind.apiVersion, kind: kind.kind, namespace, name: wanted.name }));
    const isAgain = planned?.action === 'Replace' || planned?.action === 'Restart';
    // It is waited for until it serves again.
    const again = { wanted, state: { type: 'met' }, run: `${run ?? ''}, again` } as const;
    dependencies.push(isAgain && run !== undefined ? again : dependency);
  }
  return { dependencies, mayCome: mayCome && known.every(({ state }) => state.type !== 'failed') };
}
