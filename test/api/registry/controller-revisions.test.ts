import test from 'ava';
import type { JsonObject } from '../../../schemas/object.ts';
import { openApiWorld } from '../../support/api-world.ts';

const REF = { apiVersion: 'apps/v1', kind: 'ControllerRevision', namespace: 'default', name: 'web-1' } as const;
const object = (more: JsonObject = {}) => ({
  apiVersion: REF.apiVersion,
  kind: REF.kind,
  metadata: { namespace: REF.namespace, name: REF.name },
  data: { spec: { image: 'a', 'unknown field': [1] } },
  revision: 1,
  ...more,
});

test('a ControllerRevision keeps whatever stands in its data', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  await client.create(object());
  t.like(await client.get(REF), { data: { spec: { image: 'a', 'unknown field': [1] } }, revision: 1 } as never);
});

test('the number of a ControllerRevision changes, and its data does not', async (t) => {
  await using world = await openApiWorld();
  const client = world.plainClient();
  await client.create(object());
  const renumbered = await client.patch(REF, { revision: 2 }, { type: 'merge' });
  t.like(renumbered, { revision: 2 } as never);
  const changed = client.patch(REF, { data: { spec: { image: 'b' } } }, { type: 'merge' });
  t.regex((await t.throwsAsync(changed)).message, /data: Invalid value: .*: field is immutable/);
});

for (const [what, more, complaint] of [
  ['a number below 0', { revision: -1 }, /revision: Invalid value: -1: must be greater than or equal to 0/],
  ['no data', { data: undefined as never }, /data: Required value: data is mandatory/],
] as const) {
  test(`a ControllerRevision with ${what} is refused`, async (t) => {
    await using world = await openApiWorld();
    const made = world.plainClient().create(object(more));
    t.regex((await t.throwsAsync(made)).message, complaint);
  });
}
