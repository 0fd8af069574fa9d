/** Questions with much in them, over objects that are in no store. */
import test from 'ava';
import { settled } from '../../../controllers/engine/contract.ts';
import type { PlanningController } from '../../../controllers/engine/planning/foresight.ts';
import { planChanges } from '../../../controllers/engine/planning/plan-changes.ts';
import type { PlanChange } from '../../../controllers/engine/planning/question.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { TooMuchFollowsError } from '../../../schemas/values/plan-answer.ts';
import { recordingLog } from '../../support/recording-log.ts';

const V1 = 'test.tsmoby.dev/v1';
const [BOX, THING] = [
  { apiVersion: V1, kind: 'Box' },
  { apiVersion: V1, kind: 'Thing' },
] as const;

const object = (kind: string, name: string, namespace = 'default'): KubeObject => ({
  apiVersion: V1,
  kind,
  metadata: { name, namespace, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z' },
});

const idOf = (kind: string, key: string): string => `${kind} ${key}`;

/** Everything is about to be changed, or deleted; with the question only. */
const about = (kind: { readonly apiVersion: string; readonly kind: string }): PlanningController => ({
  name: kind.kind.toLowerCase(),
  kind,
  reconcile: async () => settled(),
  plan: ({ metadata: { deletionTimestamp } }, { reader, before }) =>
    deletionTimestamp === undefined && reader === before
      ? { action: 'None', message: '', steps: [] }
      : { action: deletionTimestamp === undefined ? 'Update' : 'Delete', message: '', steps: [] },
});

async function ask(
  controllers: readonly PlanningController[],
  objects: readonly KubeObject[],
  changes: readonly PlanChange[],
): Promise<readonly string[]> {
  const all = new Map(
    objects.map((one) => [idOf(one.kind, `${one.metadata.namespace ?? ''}/${one.metadata.name}`), one]),
  );
  const before = {
    get: (kind: { readonly kind: string }, namespace: string | undefined, name: string) =>
      all.get(idOf(kind.kind, `${namespace ?? ''}/${name}`)) as never,
    list: () => objects as never,
  };
  const answer = await planChanges(
    changes,
    {
      sights: controllers.map((controller) => ({ controller, before })),
      find: ({ kind }, key) => all.get(idOf(kind, key)),
      clock: { now: () => 0 },
      log: recordingLog(),
    },
    new AbortController().signal,
  );
  return answer.map(({ ref, because, action }) => `${because} ${ref.kind} ${ref.namespace}/${ref.name} ${action}`);
}

const deleted = (kind: string, name: string): PlanChange => ({
  delete: { apiVersion: V1, kind, namespace: 'default', name },
});

/** A change of any Box wakes `keys`. */
const waking = (keys: readonly string[]): PlanningController => ({
  ...about(THING),
  watches: [{ kind: BOX, map: () => keys }],
});

test('company and those that follow are told together, by kind, namespace and name', async (t) => {
  const [box, along] = [object('Box', 'box'), object('Thing', 'z', 'b')];
  const others = [object('Thing', 'y', 'a-b'), object('Thing', 'y', 'a'), object('Thing', 'c', 'b')];
  const boxes = { ...about(BOX), takesAlong: () => [along, object('Box', 'another')] };
  const things = waking(others.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`));
  t.deepEqual(await ask([things, boxes], [box, along, ...others], [deleted('Box', 'box')]), [
    'Deleted Box default/box Delete',
    'Affected Box default/another Delete',
    'Affected Thing a/y Update',
    'Affected Thing a-b/y Update',
    'Affected Thing b/c Update',
    'Affected Thing b/z Delete',
  ]);
});

test('as many others as are told of are told of, and one more is too many to be left out unsaid', async (t) => {
  const things = Array.from({ length: 10_001 }, (_, index) => object('Thing', `t${index}`));
  const keys = things.map(({ metadata: { name } }) => `default/${name}`);
  const boxes = [object('Box', 'box'), ...things];
  const change = [{ object: object('Box', 'box') }];
  t.is((await ask([waking(keys.slice(1))], boxes, change)).length, 10_001);
  const error = await t.throwsAsync(ask([waking(keys)], boxes, change), { instanceOf: TooMuchFollowsError });
  t.regex(error?.message ?? '', /more than 10000 other objects/);
});

test('what is deleted along counts, too', async (t) => {
  const things = Array.from({ length: 10_001 }, (_, index) => object('Thing', `t${index}`));
  const boxes = { ...about(BOX), takesAlong: () => things };
  await t.throwsAsync(ask([boxes], [object('Box', 'box')], [deleted('Box', 'box')]), {
    instanceOf: TooMuchFollowsError,
  });
});

test('looking for what is deleted along leaves the event loop to others', async (t) => {
  const boxes = Array.from({ length: 500 }, (_, index) => object('Box', `b${index}`));
  let begun = 0;
  let turns = 0;
  const slow: PlanningController = {
    ...about(BOX),
    takesAlong: () => {
      begun += 1;
      const end = performance.now() + 0.2;
      while (performance.now() < end);
      return [];
    },
  };
  const others = setInterval(() => (turns += begun > 0 && begun < boxes.length ? 1 : 0), 0);
  const changes = boxes.map(({ metadata: { name } }) => deleted('Box', name));
  t.is((await ask([slow], boxes, changes)).length, 500);
  clearInterval(others);
  t.true(turns > 2, `others had ${turns} turns in 100 ms of work`);
});
