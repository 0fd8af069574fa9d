import test from 'ava';
import { isReason } from '../../../client/client.ts';
import { eventually } from '../../support/eventually.ts';
import { assertWell, CONFIG_MAP, configMap, configMapRef, losers, shareRig, together, winners } from './harness.ts';
import type { ConfigMap, Rig } from './harness.ts';

const sharedRig = shareRig(test);

/** Runs one call again until it is not refused for one of the reasons. */
async function unless<T>(reasons: readonly string[], act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (reasons.some((reason) => isReason(error, reason))) return undefined;
    throw error;
  }
}

test('a name that many delete and create again belongs to one object at a time', async (t) => {
  const rig = sharedRig();
  const seen: { readonly type: string; readonly uid: string }[] = [];
  const stop = new AbortController();
  const watching = (async () => {
    for await (const event of rig.clients[0].watch<ConfigMap>(CONFIG_MAP, {
      namespace: 'default',
      signal: stop.signal,
    }))
      if (event.type !== 'BOOKMARK' && ['phoenix', 'end'].includes(event.object.metadata.name))
        seen.push({ type: event.type, uid: event.object.metadata.uid });
  })().catch(() => undefined);
  await rig.clients[0].create(configMap('phoenix'));
  const outcomes = await together(12, async (worker) => {
    const client = rig.clientOf(worker);
    for (let round = 0; round < 25; round++) {
      if (worker % 2 === 0) await unless(['NotFound'], () => client.delete(configMapRef('phoenix')));
      else await unless(['AlreadyExists'], () => client.create(configMap('phoenix', { by: String(worker) })));
    }
  });
  t.deepEqual(losers(outcomes), []);
  await rig.clients[1].create(configMap('end'));
  await eventually(
    'the watch has seen everything',
    () => seen.length > 1 && seen.at(-1)?.type === 'ADDED' && seen.length,
  );
  stop.abort();
  await watching;
  let current: string | undefined;
  for (const { type, uid } of seen.slice(0, -1)) {
    if (type === 'ADDED') t.is(current, undefined, 'created only while there was none');
    if (type === 'DELETED') t.is(current, uid, 'deleted was what had been created');
    current = type === 'DELETED' ? undefined : uid;
  }
  t.is(
    new Set(seen.filter(({ type }) => type === 'ADDED').map(({ uid }) => uid)).size,
    seen.filter(({ type }) => type === 'ADDED').length,
  );
  await assertWell(t, rig);
});

async function held(rig: Rig, name: string, finalizers: readonly string[]): Promise<void> {
  const object = configMap(name);
  await rig.clients[0].create({ ...object, metadata: { ...object.metadata, finalizers } });
}

test('an object goes with its last finalizer, whoever removes it, and exactly once', async (t) => {
  const rig = sharedRig();
  for (let round = 0; round < 8; round++) {
    const name = `held-${String(round)}`;
    const finalizers = Array.from({ length: 8 }, (_, index) => `test.tsmoby.dev/f${String(index)}`);
    await held(rig, name, finalizers);
    const outcomes = await together(10, async (worker) => {
      const client = rig.clientOf(worker);
      const mine = finalizers[worker];
      if (mine === undefined) return unless(['NotFound'], () => client.delete(configMapRef(name)));
      for (;;) {
        const current = await client.get<ConfigMap>(configMapRef(name));
        const rest = (current.metadata.finalizers ?? []).filter((one) => one !== mine);
        const next = { ...current, metadata: { ...current.metadata, finalizers: rest } };
        if ((await unless(['Conflict'], () => client.update(next))) !== undefined) return undefined;
      }
    });
    t.deepEqual(losers(outcomes), []);
    await unless(['NotFound'], () => rig.clients[0].delete(configMapRef(name)));
    await t.throwsAsync(rig.clients[1].get(configMapRef(name)), { message: /not found/ });
  }
  await assertWell(t, rig);
});

test('no update brings back what a delete took, and no patch either', async (t) => {
  const rig = sharedRig();
  for (let round = 0; round < 20; round++) {
    const name = `gone-${String(round)}`;
    const made = await rig.clients[0].create<ConfigMap>(configMap(name));
    const [deleted, ...others] = await together(9, async (worker): Promise<unknown> => {
      const client = rig.clientOf(worker);
      if (worker === 0) return client.delete(configMapRef(name));
      if (worker % 2 === 0) return client.update<ConfigMap>({ ...made, data: { by: String(worker) } });
      return client.patch(configMapRef(name), { data: { by: String(worker) } }, { type: 'merge' });
    });
    t.is(deleted?.status, 'fulfilled');
    t.true(losers(others).every((error) => isReason(error, 'NotFound') || isReason(error, 'Conflict')));
    await t.throwsAsync(rig.clients[1].get(configMapRef(name)), { message: /not found/ });
  }
  await assertWell(t, rig);
});

test('a stale delete precondition never deletes a younger object of that name', async (t) => {
  const rig = sharedRig();
  const first = await rig.clients[0].create<ConfigMap>(configMap('twice'));
  await rig.clients[0].delete(configMapRef('twice'));
  await rig.clients[1].create(configMap('twice'));
  const outcomes = await together(20, (worker) =>
    rig.clientOf(worker).delete(configMapRef('twice'), { preconditions: { uid: first.metadata.uid } }),
  );
  t.deepEqual(winners(outcomes), []);
  t.true(losers(outcomes).every((error) => isReason(error, 'Conflict')));
  t.is((await rig.clients[0].get(configMapRef('twice'))).metadata.name, 'twice');
});
