import test from 'ava';
import type { Client } from '../../../client/client.ts';
import { deleteMember, releaseMember } from '../../../client/apply-set/members.ts';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';
import { PART_OF_LABEL, partOf } from '../../../schemas/values/apply-set/marks.ts';
import { openApiWorld } from '../../support/api-world.ts';

const SET = 'applyset-ours-v1';
const A = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'a' } as const;

/** A member as it was decided about, after which somebody changed its metadata. */
async function changed(client: Client, change: JsonObject): Promise<KubeObject> {
  const { apiVersion, kind, ...place } = A;
  const metadata = { ...place, labels: { [PART_OF_LABEL]: SET } };
  const before = await client.create<KubeObject>({ apiVersion, kind, metadata });
  await client.patch(A, { metadata: change }, { type: 'merge' });
  return before;
}

const keeps = { annotations: { 'tsmoby.dev/prune': 'disabled' } };
const isOwned = { ownerReferences: [{ apiVersion: 'v1', kind: 'Namespace', name: 'default', uid: 'other' }] };
const isTheirs = { labels: { [PART_OF_LABEL]: 'applyset-theirs-v1' } };

const leaves = [
  ['is to stay by now', keeps, 'somebody just said that it is to stay'],
  ['belongs to somebody else by now', isOwned, 'it belongs to Namespace default by now'],
  ['another set took over', isTheirs, 'it is no member of the set any more'],
] as const;
for (const [what, change, why] of leaves)
  test(`what ${what} is not deleted`, async (t) => {
    await using world = await openApiWorld();
    const client = world.plainClient();
    const before = await changed(client, change);
    t.deepEqual(await deleteMember(client, before, SET, {}), { type: 'left', why });
    t.is((await client.get(A)).metadata.uid, before.metadata.uid);
  });

test('a change that has nothing to do with it stops no deletion, and what is held is on its way', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  const before = await changed(client, { finalizers: ['example.com/hold'] });
  const end = await deleteMember(client, before, SET, {});
  t.is(end.type, 'going');
  await client.patch(A, { metadata: { finalizers: null } }, { type: 'merge' });
  t.deepEqual(await deleteMember(client, before, SET, {}), { type: 'gone' });
});

test('the label of another set that took the object over is not taken away', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  const before = await changed(client, isTheirs);
  t.is((await releaseMember(client, before, SET, {})).type, 'left');
  t.is(partOf(await client.get(A)), 'applyset-theirs-v1');
});

test('an object that changed otherwise is released, and one that is gone is', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  const before = await changed(client, keeps);
  t.deepEqual(await releaseMember(client, before, SET, {}), { type: 'released' });
  t.is(partOf(await client.get(A)), undefined);
  await client.delete(A);
  t.deepEqual(await releaseMember(client, before, SET, {}), { type: 'gone' });
});
