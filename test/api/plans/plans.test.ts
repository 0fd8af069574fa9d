import { setImmediate } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { planResource } from '../../../api/plans/plan-resource.ts';
import type { AskedChange, Planner } from '../../../api/plans/planner.ts';
import { createRegistry } from '../../../api/registry/registry.ts';
import type { CallContext } from '../../../api/registry/resource.ts';
import { serviceUnavailable } from '../../../api/status-error.ts';
import type { PlanStatusObject } from '../../../schemas/gen/types.ts';
import type { JsonObject } from '../../../schemas/object.ts';
import { TooMuchFollowsError } from '../../../schemas/values/plan-answer.ts';
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
  ['a name that is a path', [web({ namespace: 'default', name: '../x' })], 'spec.changes[0].object.metadata.name'],
  ['a namespace that is a path', [web({ namespace: 'a/b', name: 'x' })], 'spec.changes[0].object.metadata.namespace'],
  [
    'a name that is a path, of what is deleted',
    [remove({ apiVersion: TSMOBY, kind: 'Volume', namespace: 'default', name: 'a/b' })],
    'spec.changes[0].delete.name',
  ],
  [
    'a namespace that is a path, of what is deleted',
    [remove({ apiVersion: TSMOBY, kind: 'Volume', namespace: '..', name: 'a' })],
    'spec.changes[0].delete.namespace',
  ],
  [
    'labels that no object may have',
    [web({ namespace: 'default', name: 'web', labels: { 'a b': '' } })],
    'spec.changes[0].object.metadata.labels',
  ],
  ['too many changes', Array.from({ length: 10_001 }, () => ({})), 'spec.changes'],
] as const) {
  test(`refused with the field's path: ${what}`, refused, changes, ...fields);
}

test('names are as each kind has them', async (t) => {
  await using world = await open();
  const event = { apiVersion: 'v1', kind: 'Event', namespace: 'default', name: 'Web_1' };
  t.is((await ask(world, [remove(event)])).status, 201);
  t.is((await ask(world, [remove({ ...event, kind: 'Secret' })])).status, 422);
});

test('what has no spec asks nothing', async (t) => {
  await using world = await open();
  const { status, json } = await world.server.request('POST', PATH, { body: PLAN });
  t.is(status, 422);
  t.like(json, { details: { causes: [{ field: 'spec' }] } });
});

test('what is no list of changes is no question', async (t) => {
  await using world = await open();
  t.is((await ask(world, 'all')).status, 400);
  t.is((await ask(world, [{ object: { ...web().object, metadata: 7 } }])).status, 422);
  t.deepEqual(world.asked, []);
});

test('an answer that would be cut off is none, and says why', async (t) => {
  await using world = await open({ plan: () => Promise.reject(new TooMuchFollowsError()) });
  const { status, json } = await ask(world, []);
  t.is(status, 422);
  t.like(json, { details: { causes: [{ field: 'spec.changes', reason: 'FieldValueTooMany' }] } });
  t.regex(json['message'] as string, /more than 10000 other objects have something to do because of it: ask in parts/);
});

test('a large answer comes whole, and leaves the event loop to others while it is written', async (t) => {
  const object = { apiVersion: TSMOBY, kind: 'Container', namespace: 'default', ...NOTHING, action: 'Wait' } as const;
  const steps = Array.from({ length: 20 }, () => ({ type: 'Stop', cause: 'it "stops"' }));
  const objects = Array.from({ length: 5000 }, (_, index) => ({ ...object, name: `web-${index}`, steps: [...steps] }));
  const resource = planResource(createRegistry(), { plan: () => Promise.resolve(objects) });
  let turns = 0;
  const others = setInterval(() => (turns += 1), 0);
  const context = { signal: new AbortController().signal } as CallContext;
  const value = await resource.capabilities.create?.(context, { ...PLAN, spec: {} } as never, {} as never);
  clearInterval(others);
  t.true(turns > 0, 'nobody else had a turn');
  const whole = { kind: 'Plan', apiVersion: TSMOBY, metadata: {}, spec: {}, status: { objects } };
  t.is(Buffer.from(value?.json() ?? []).toString(), JSON.stringify(whole));
  t.is(JSON.stringify(value?.object()), JSON.stringify(whole));
  t.true(Object.isFrozen(value?.object()) && Object.isFrozen(objects[4999]?.steps));
});

test('one question is answered at a time', async (t) => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let begun = 0;
  const plan: Planner['plan'] = async () => {
    await gates[begun++]?.promise;
    return [];
  };
  const { create } = planResource(createRegistry(), { plan }).capabilities;
  const question = (signal = new AbortController().signal) =>
    create?.({ signal } as CallContext, { ...PLAN, spec: {} } as never, {} as never);
  const first = question();
  const second = question();
  await setImmediate();
  t.is(begun, 1);
  gates[0]?.resolve();
  await first;
  await setImmediate();
  t.is(begun, 2);
  gates[1]?.resolve();
  await second;
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
