import test, { type ExecutionContext } from 'ava';
import { planResource } from '../../../api/plans/plan-resource.ts';
import type { AskedChange, Planner } from '../../../api/plans/planner.ts';
import { serviceUnavailable } from '../../../api/status-error.ts';
import type { PlanStatusObject } from '../../../schemas/gen/types.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { RawServer, type RawAnswer } from '../../support/raw-http.ts';

const PATH = '/apis/tsmoby.dev/v1alpha1/plans';
const TSMOBY = 'tsmoby.dev/v1alpha1';
const PLAN = { apiVersion: TSMOBY, kind: 'Plan' };

const NOTHING: Pick<PlanStatusObject, 'because' | 'action' | 'message' | 'steps'> = {
  because: 'Changed',
  action: 'None',
  message: 'nothing',
  steps: [],
};

/** A server whose planner notes what it is asked. */
async function open(planner: Partial<Planner> = {}) {
  const server = await RawServer.open();
  const asked: AskedChange[][] = [];
  const plan: Planner['plan'] = async (changes) => {
    asked.push([...changes]);
    return changes.map((change) =>
      'object' in change
        ? {
            apiVersion: change.object.apiVersion,
            kind: change.object.kind,
            name: change.object.metadata.name,
            ...NOTHING,
          }
        : { ...change.delete, ...NOTHING, because: 'Deleted' },
    );
  };
  const { registry } = server.server;
  registry.add(planResource(registry, { plan, ...planner }));
  return { server, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const ask = (
  { server }: { readonly server: RawServer },
  changes: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> => server.request('POST', PATH, { headers, body: { ...PLAN, spec: { changes } } });

const web = (metadata: object = { namespace: 'default', name: 'web' }, spec: object = { image: 'app:1' }) => ({
  object: { apiVersion: TSMOBY, kind: 'Container', metadata, spec },
});
const remove = (fields: object) => ({ delete: fields });

test('a question is answered, with what it asked left out', async (t) => {
  await using world = await open();
  const gone = { apiVersion: TSMOBY, kind: 'Volume', namespace: 'default', name: 'data' };
  const { status, json } = await ask(world, [web(), remove(gone)]);
  t.is(status, 201);
  t.like(json, { ...PLAN, spec: {} });
  t.deepEqual((json['status'] as JsonObject)['objects'], [
    { apiVersion: TSMOBY, kind: 'Container', name: 'web', ...NOTHING },
    { ...gone, ...NOTHING, because: 'Deleted' },
  ] as never);
  t.deepEqual(world.asked[0]?.[1], { delete: gone });
});

test('objects get their defaults on the way', async (t) => {
  await using world = await open();
  await ask(world, [{ object: { apiVersion: TSMOBY, kind: 'Volume', metadata: { namespace: 'a', name: 'b' } } }]);
  const [[change] = []] = world.asked;
  t.like(change, { object: { spec: { reclaimPolicy: 'Retain' } } });
});

test('discovery shows plans, and nothing can be done with them but asking', async (t) => {
  await using world = await open();
  const { json } = await world.server.request('GET', `/apis/${TSMOBY}`);
  const found = (json['resources'] as unknown as JsonObject[]).find(({ name }) => name === 'plans');
  t.like(found, { kind: 'Plan', namespaced: false, verbs: ['create'] });
  t.is((await world.server.request('GET', PATH)).status, 405);
  const openApi = await world.server.request('GET', `/openapi/v3/apis/${TSMOBY}`);
  t.true(openApi.text.includes(`"${PATH}"`));
});

async function refused(t: ExecutionContext, changes: unknown, ...fields: readonly string[]): Promise<void> {
  await using world = await open();
  const { status, json } = await ask(world, changes);
  t.is(status, 422, JSON.stringify(json));
  const { causes } = json['details'] as unknown as { readonly causes: readonly { readonly field: string }[] };
  t.deepEqual(
    causes.map(({ field }) => field),
    fields,
  );
  t.deepEqual(world.asked, []);
}

for (const [what, changes, ...fields] of [
  ['neither object nor delete', [{}], 'spec.changes[0]'],
  [
    'both',
    [{ ...web(), ...remove({ apiVersion: 'v1', kind: 'Secret', name: 'a', namespace: 'b' }) }],
    'spec.changes[0]',
  ],
  [
    'a kind that is not there',
    [{ object: { apiVersion: 'a/v1', kind: 'B', metadata: { name: 'c' } } }],
    'spec.changes[0].object.kind',
  ],
  [
    'a view of another kind',
    [{ object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'c', namespace: 'd' } } }],
    'spec.changes[0].object.kind',
  ],
  ['a question', [{ object: { ...PLAN, metadata: { name: 'c' } } }], 'spec.changes[0].object.kind'],
  ['no name', [web(), web({ namespace: 'default' })], 'spec.changes[1].object.metadata.name'],
  ['no namespace', [web({ name: 'web' })], 'spec.changes[0].object.metadata.namespace'],
  [
    'no namespace of what is deleted',
    [remove({ apiVersion: TSMOBY, kind: 'Volume', name: 'a' })],
    'spec.changes[0].delete.namespace',
  ],
  [
    'a namespace too many',
    [remove({ apiVersion: 'v1', kind: 'Namespace', name: 'a', namespace: 'b' })],
    'spec.changes[0].delete.namespace',
  ],
  [
    'a spec that is not valid',
    [web(undefined, { image: 7 })],
    'spec.changes[0].object.spec.image',
    'spec.changes[0].object',
  ],
  ['one object twice', [web(), web()], 'spec.changes[1]'],
] as const) {
  test(`refused with the field's path: ${what}`, refused, changes, ...fields);
}

test('what is no list of changes is no question', async (t) => {
  await using world = await open();
  t.is((await ask(world, 'all')).status, 400);
  t.is((await ask(world, [{ object: { ...web().object, metadata: 7 } }])).status, 422);
  t.deepEqual(world.asked, []);
});

test('whoever may not make plans gets none', async (t) => {
  await using world = await open();
  t.is((await ask(world, [web()], { 'impersonate-user': 'bob' })).status, 403);
  t.deepEqual(world.asked, []);
});

test('while nobody can tell, that is said in words', async (t) => {
  await using world = await open({
    plan: () => Promise.reject(serviceUnavailable('controllers have not begun yet')),
  });
  const { status, json } = await ask(world, []);
  t.is(status, 503);
  t.is(json['message'], 'controllers have not begun yet');
});
