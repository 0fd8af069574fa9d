import test from 'ava';
import type { Client } from '../../../client/client.ts';
import { createNamespaceController } from '../../../controllers/namespace/index.ts';
import type { Event, Namespace } from '../../../schemas/gen/types.ts';
import { openApiWorld, type ApiWorld } from '../../support/api-world.ts';
import { badNetwork, ENGINE_CLIENTS, type OpenClient } from '../../support/engine-clients.ts';
import { eventually } from '../../support/eventually.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { runManager, type RunningManager } from '../../support/run-manager.ts';
import { widget, WIDGET } from '../../support/widget.ts';

const NAMESPACE = { apiVersion: 'v1', kind: 'Namespace' } as const;
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
const EVENT = { apiVersion: 'v1', kind: 'Event' } as const;
const team = { ...NAMESPACE, name: 'team' };

interface Town extends AsyncDisposable {
  readonly world: ApiWorld;
  readonly user: Client;
  readonly running: RunningManager;
  gone(): Promise<unknown>;
}

async function found(openClient: OpenClient): Promise<Town> {
  const world = await openApiWorld();
  const user = world.plainClient('someone');
  const controllers = [createNamespaceController({ kinds: world.kinds, log: recordingLog() })];
  const running = await runManager(await openClient(world), { controllers });
  await user.create({ ...NAMESPACE, metadata: { name: 'team' } });
  return {
    world,
    user,
    running,
    gone: () =>
      eventually('the namespace is gone', async () =>
        (await user.list(NAMESPACE)).items.every(({ metadata }) => metadata.name !== 'team'),
      ),
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

const inTeam = (name: string, finalizers: readonly string[] = []) =>
  widget(name, {}, { namespace: 'team', finalizers });

const event = (name: string) => ({
  ...EVENT,
  metadata: { name, namespace: 'team' },
  involvedObject: { ...WIDGET, name: 'a', namespace: 'team' },
  reason: 'Odd',
  message: 'odd',
});

/**
 * A pass asks for every kind, so on a network that loses every tenth call most passes fail, and their pauses double. This
 * many faults are gone through within 1.3 s.
 */
const CLIENTS = { ...ENGINE_CLIENTS, 'bad network': badNetwork(8) };

for (const [client, openClient] of Object.entries(CLIENTS)) {
  test(`${client}: a namespace that is deleted goes with all that is in it, and nothing else does`, async (t) => {
    await using town = await found(openClient);
    const { user } = town;
    for (const name of ['a', 'b', 'c']) await user.create(inTeam(name));
    await user.create({ ...CONFIG_MAP, metadata: { name: 'settings', namespace: 'team' } });
    await user.create(event('e'));
    await user.create(widget('elsewhere'));
    await user.delete(team);
    await town.gone();
    t.deepEqual(
      (await user.list(WIDGET)).items.map(({ metadata }) => metadata.name),
      ['elsewhere'],
    );
    t.deepEqual((await user.list(CONFIG_MAP, { namespace: 'team' })).items, []);
    t.deepEqual((await user.list<Event>(EVENT, { namespace: 'team' })).items, []);
  });

  test(`${client}: what a finalizer holds keeps the namespace, which says so, and goes when it does`, async (t) => {
    await using town = await found(openClient);
    const { user } = town;
    await user.create(inTeam('a', ['test.dev/hold']));
    await user.create(inTeam('b', ['test.dev/hold']));
    await user.create({ ...CONFIG_MAP, metadata: { name: 'settings', namespace: 'team' } });
    await user.delete(team);
    const held = await eventually('conditions', async () => {
      const namespace = await user.get<Namespace>(team);
      // A fault of the network is told as a failure until the next try.
      const failure = namespace.status?.conditions?.find(({ type }) => type === 'NamespaceDeletionContentFailure');
      return failure?.status === 'False' ? namespace : undefined;
    });
    t.is(held.status?.phase, 'Terminating');
    const said = Object.fromEntries(
      (held.status?.conditions ?? []).map(({ type, status, reason, message }) => [
        type,
        `${status} ${reason}: ${message}`,
      ]),
    );
    t.deepEqual(said, {
      NamespaceDeletionDiscoveryFailure: 'False ResourcesDiscovered: All resources successfully discovered',
      NamespaceDeletionGroupVersionParsingFailure:
        'False ParsedGroupVersions: All legacy kube types successfully parsed',
      NamespaceDeletionContentFailure:
        'False ContentDeleted: All content successfully deleted, may be waiting on finalization',
      NamespaceContentRemaining:
        'True SomeResourcesRemain: Some resources are remaining: widgets.test.tsmoby.dev has 2 resource instances',
      NamespaceFinalizersRemaining:
        'True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: test.dev/hold in 2 resource instances',
    });
    t.is((await user.list(CONFIG_MAP, { namespace: 'team' })).items.length, 1, 'used things go after their users');
    for (const name of ['a', 'b']) {
      await user.patch({ ...WIDGET, namespace: 'team', name }, { metadata: { finalizers: null } }, { type: 'merge' });
    }
    await town.gone();
  });
}

test('a namespace that empties at a stroke is gone without a status write', async (t) => {
  await using town = await found((world) => world.client());
  await town.user.create(inTeam('a'));
  await town.user.delete(team);
  await town.gone();
  t.deepEqual(town.running.client.writes, ['deleteCollection Widget', 'patch Namespace team']);
});

test('while a namespace waits nothing is written or asked for again', async (t) => {
  await using town = await found((world) => world.client());
  await town.user.create(inTeam('a', ['test.dev/hold']));
  await town.user.delete(team);
  await eventually('conditions', async () => (await town.user.get<Namespace>(team)).status?.conditions);
  const before = [...town.running.client.writes];
  await town.user.patch(team, { metadata: { labels: { x: 'y' } } }, { type: 'merge' });
  await new Promise((resolve) => setTimeout(resolve, 80));
  t.deepEqual(town.running.client.writes, before);
});

test('a namespace that somebody else holds too is emptied, and left to them', async (t) => {
  await using world = await openApiWorld();
  const user = world.plainClient('someone');
  await user.create({ ...NAMESPACE, metadata: { name: 'team' }, spec: { finalizers: ['other.dev/hold'] } } as never);
  await user.create(inTeam('a'));
  const controllers = [createNamespaceController({ kinds: world.kinds, log: recordingLog() })];
  await using _running = await runManager(world.client(), { controllers });
  await user.delete(team);
  const left = await eventually('ours is off', async () => {
    const namespace = await user.get<Namespace>(team);
    return namespace.spec?.finalizers?.includes('kubernetes') ? undefined : namespace;
  });
  t.deepEqual(left.spec?.finalizers, ['other.dev/hold']);
  t.deepEqual((await user.list(WIDGET)).items, []);
});

test('a kind that refuses to be deleted is named, does not keep the others, and is tried again', async (t) => {
  let broken = true;
  await using town = await found((world) => {
    const client = world.client();
    return {
      ...client,
      deleteCollection: (kind, options) =>
        broken && kind.kind === 'Widget'
          ? Promise.reject(new Error('disk on fire'))
          : client.deleteCollection(kind, options),
    };
  });
  await town.user.create(inTeam('a'));
  await town.user.delete(team);
  const failed = await eventually('the failure shows', async () => {
    const { status } = await town.user.get<Namespace>(team);
    return status?.conditions?.find(({ type }) => type === 'NamespaceDeletionContentFailure');
  });
  t.like(failed, {
    status: 'True',
    reason: 'ContentDeletionFailed',
    message: 'Failed to delete all resource types, 1 remaining: widgets.test.tsmoby.dev: disk on fire',
  });
  broken = false;
  await town.gone();
});
