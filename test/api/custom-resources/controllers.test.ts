import test from 'ava';
import { isReason, type Client } from '../../../client/client.ts';
import { createGarbageCollector } from '../../../controllers/garbage-collector/index.ts';
import { createNamespaceController } from '../../../controllers/namespace/index.ts';
import { createTtlController } from '../../../controllers/ttl/index.ts';
import type { AnyController } from '../../../controllers/engine/contract.ts';
import type { CustomResourceDefinition } from '../../../schemas/gen/types.ts';
import type { KubeObject, ObjectInput, ObjectRef } from '../../../schemas/object.ts';
import { openApiWorld, type ApiWorld } from '../../support/api-world.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { runManager, type RunningManager } from '../../support/run-manager.ts';
import { conditionOf, crd, version } from './world.ts';

const CRD = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' } as const;
const CART = { apiVersion: 'shop.example.com/v1', kind: 'Cart' } as const;

interface Town extends AsyncDisposable {
  readonly world: ApiWorld;
  readonly user: Client;
  readonly running: RunningManager;
  readonly gone: (ref: ObjectRef) => Promise<unknown>;
}

/** The three controllers that look after all kinds, in process as in the daemon. */
async function found(): Promise<Town> {
  const world = await openApiWorld();
  const { kinds } = world;
  const namespaces = createNamespaceController({ kinds, log: recordingLog() }) as unknown as AnyController;
  const running = await runManager(world.client(), {
    controllers: [namespaces],
    runnables: [createGarbageCollector({ kinds }), createTtlController({ kinds })],
  });
  const user = world.plainClient('someone');
  const there = async (ref: ObjectRef): Promise<boolean> => {
    try {
      await user.get(ref);
      return true;
    } catch (error) {
      if (isReason(error, 'NotFound')) return false;
      throw error;
    }
  };
  return {
    world,
    user,
    running,
    gone: (ref) => eventually(`${ref.kind} ${ref.name} is gone`, async () => !(await there(ref))),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

async function define(user: Client, input = crd('Cart')): Promise<CustomResourceDefinition> {
  const made = await user.create<CustomResourceDefinition>(input as unknown as ObjectInput<CustomResourceDefinition>);
  return eventually('it is established', async () => {
    const now = await user.get<CustomResourceDefinition>({ ...CRD, name: made.metadata.name });
    return conditionOf(now, 'Established')?.status === 'True' ? now : undefined;
  });
}

const cart = (name: string, metadata: Partial<KubeObject['metadata']> = {}): ObjectInput<KubeObject> => ({
  ...CART,
  metadata: { name, namespace: 'default', ...metadata },
});
const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject) => ({
  ownerReferences: [{ apiVersion, kind, name, uid }],
});
const refOf = (name: string, namespace = 'default'): ObjectRef => ({ ...CART, namespace, name });

test('objects of a kind that came at run time own others, and are owned', async (t) => {
  await using town = await found();
  const { user, gone } = town;
  await define(user);
  const owner = await user.create(cart('owner'));
  const middle = await user.create(cart('middle', ownedBy(owner)));
  const settings = { apiVersion: 'v1', kind: 'ConfigMap' };
  await user.create({ ...settings, metadata: { name: 'settings', namespace: 'default', ...ownedBy(middle) } });
  await user.delete(refOf('owner'));
  await gone(refOf('middle'));
  await gone({ ...settings, namespace: 'default', name: 'settings' });
  t.pass();
});

test('a namespace takes objects of such kinds along, and an annotation ends them', async (t) => {
  await using town = await found();
  const { user, gone } = town;
  await define(user);
  const team = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
  await user.create(team);
  await user.create(cart('a', { namespace: 'team' }));
  await user.create(cart('short', { annotations: { 'tsmoby.dev/ttl-seconds': '1' } }));
  await user.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'team' });
  await gone({ apiVersion: 'v1', kind: 'Namespace', name: 'team' });
  await gone(refOf('short'));
  t.deepEqual((await user.list(CART)).items, []);
});

test('a kind that goes is followed no longer, and one that comes again is', async (t) => {
  await using town = await found();
  const { user, gone, world, running } = town;
  const followed = (): readonly string[] => world.kinds.current().map(({ kind }) => kind);
  for (let round = 0; round < 3; round++) {
    const { metadata } = await define(user);
    t.true(followed().includes('Cart'));
    const owner = await user.create(cart('owner'));
    await user.create(cart('owned', ownedBy(owner)));
    await user.delete(refOf('owner'));
    await gone(refOf('owned'));
    await user.create(cart('left'));
    await user.delete({ ...CRD, name: metadata.name });
    await gone({ ...CRD, name: metadata.name });
    t.false(followed().includes('Cart'));
  }
  const bad = running.lines.filter(({ level }) => level === 'error' || level === 'warn');
  t.deepEqual(bad, []);
});

test('controllers go on when another version is stored, over objects of both', async (t) => {
  await using town = await found();
  const { user, gone } = town;
  const v2 = version({ name: 'v2', storage: false });
  const { metadata } = await define(user, crd('Cart', [version(), v2]));
  const owner = await user.create(cart('owner'));
  await user.create(cart('owned', ownedBy(owner)));
  await user.patch(
    { ...CRD, name: metadata.name },
    { spec: { versions: [version({ served: false, storage: false }), { ...v2, storage: true }] } },
    { type: 'merge' },
  );
  const V2 = { apiVersion: 'shop.example.com/v2', kind: 'Cart', namespace: 'default' };
  await user.create({ ...cart('later', ownedBy(owner)), apiVersion: V2.apiVersion });
  await user.delete({ ...V2, name: 'owner' });
  await gone({ ...V2, name: 'owned' });
  await gone({ ...V2, name: 'later' });
  t.pass();
});
