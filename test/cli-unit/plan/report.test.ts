import { EventEmitter } from 'node:events';
import test from 'ava';
import { reportPlan, isDifferent, type PlanReport } from '../../../cli/plan/report.ts';
import { fieldsText, stepsText } from '../../../cli/plan/report-text.ts';
import type { Client } from '../../../client/client.ts';
import type { HttpClient } from '../../../client/http.ts';
import type { Plan, PlanStatusObject } from '../../../schemas/gen/types.ts';
import type { JsonObject, KubeObject } from '../../../schemas/object.ts';

const OURS = 'tsmoby.dev/v1alpha1';
const meta = (name: string, namespace = 'default') => ({ name, namespace, uid: `uid-${name}`, resourceVersion: '1' });
const container = (name: string, spec: JsonObject, namespace?: string): KubeObject =>
  ({ apiVersion: OURS, kind: 'Container', metadata: meta(name, namespace), spec }) as unknown as KubeObject;
const config = (name: string, data: JsonObject): KubeObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: meta(name), data }) as unknown as KubeObject;

const foreseen = (name: string, more: Partial<PlanStatusObject> = {}): PlanStatusObject => ({
  apiVersion: OURS,
  kind: 'Container',
  namespace: 'default',
  name,
  uid: `uid-${name}`,
  because: 'Changed',
  action: 'Replace',
  message: 'replaced: spec.image: a -> b',
  steps: [{ type: 'Pull', target: 'b', cause: 'it is not here' }],
  ...more,
});
const data = (name: string): PlanStatusObject => ({
  ...foreseen(name),
  apiVersion: 'v1',
  kind: 'ConfigMap',
  action: 'None',
  message: 'nothing is done for the object by itself',
  steps: [],
});

function serverThat(answers: readonly PlanStatusObject[]) {
  const asked: Plan[] = [];
  const create: Client['create'] = async (question) => {
    asked.push(question as unknown as Plan);
    return { ...question, status: { objects: answers } } as never;
  };
  return { asked, session: { client: { create } as unknown as HttpClient } };
}

const output = (columns?: number) =>
  Object.assign(new EventEmitter(), { write: () => true, ...(columns === undefined ? {} : { isTTY: true, columns }) });

test('only what differs is asked about, and each answer goes to its object', async (t) => {
  const { asked, session } = serverThat([foreseen('b'), data('c'), foreseen('d', { because: 'Affected' })]);
  const before = container('b', { image: 'a' });
  const [a, after] = [container('a', {}), container('b', { image: 'b' })];
  const report = await reportPlan(session, [
    { live: a, merged: a },
    { live: before, merged: after },
    { live: undefined, merged: config('c', { k: 'v' }) },
  ]);
  t.deepEqual(
    asked.map(({ spec }) => spec.changes?.map(({ object }) => (object as unknown as KubeObject).metadata.name)),
    [['b', 'c']],
  );
  t.deepEqual(
    report.objects.map(({ name, operation, action, fields, uid }) => [name, operation, action, fields.length, uid]),
    [
      ['a', 'unchanged', 'None', 0, 'uid-a'],
      ['b', 'update', 'Replace', 1, 'uid-b'],
      ['c', 'create', 'None', 1, undefined],
    ],
  );
  t.deepEqual(
    report.affected.map(({ name, action }) => [name, action]),
    [['d', 'Replace']],
  );
});

test('an object of the files that does not differ and is affected all the same is told where it stands', async (t) => {
  const { session } = serverThat([data('c'), foreseen('a', { because: 'Affected', action: 'Restart' })]);
  const a = container('a', {});
  const report = await reportPlan(session, [
    { live: a, merged: a },
    { live: config('c', { k: 'v' }), merged: config('c', { k: 'w' }) },
  ]);
  t.deepEqual(
    report.objects.map(({ operation, action }) => [operation, action]),
    [
      ['unchanged', 'Restart'],
      ['update', 'None'],
    ],
  );
  t.deepEqual(report.affected, []);
});

test('what would be deleted is asked about by its name', async (t) => {
  const { asked, session } = serverThat([foreseen('a', { because: 'Deleted', action: 'Delete' })]);
  const report = await reportPlan(session, [{ live: container('a', { image: 'a' }), merged: undefined }]);
  const ref = { apiVersion: OURS, kind: 'Container', namespace: 'default', name: 'a' };
  t.deepEqual(asked[0]?.spec.changes, [{ delete: ref }]);
  t.like(report.objects[0], { operation: 'delete', action: 'Delete', fields: [] });
  t.true(isDifferent(report));
});

test('where nothing differs nobody is asked', async (t) => {
  const { asked, session } = serverThat([]);
  const a = container('a', {});
  const report = await reportPlan(session, [{ live: a, merged: a }]);
  t.deepEqual([asked.length, report.planned, isDifferent(report)], [0, true, false]);
  t.is(stepsText(report, output()), '');
});

const reportOf = (objects: PlanReport['objects'], affected: PlanReport['affected'] = []): PlanReport => ({
  apiVersion: OURS,
  kind: 'PlanReport',
  planned: true,
  objects,
  affected,
});
const reported = (name: string, more: object = {}): PlanReport['objects'][number] & PlanReport['affected'][number] => {
  const { because: _, ...rest } = foreseen(name);
  return { ...rest, operation: 'update', fields: [], ...more };
};

test('a cause that is told of the object is not told of each step again', (t) => {
  const step = (type: string, cause: string) => ({ type, cause });
  const steps = [
    step('Pull', 'it is not here'),
    step('Stop', 'spec.image: a -> b'),
    step('Start', 'spec.image: a -> b'),
  ];
  t.is(
    stepsText(reportOf([reported('web', { steps })]), output()),
    `container.tsmoby.dev/web: replaced: spec.image: a -> b
  Pull: it is not here
  Stop
  Start
`,
  );
});

test('steps stand below their object with their causes, and others below all', (t) => {
  const site = { ...reported('site', { kind: 'ConfigMap', apiVersion: 'v1', action: 'None', steps: [] }) };
  const report = reportOf(
    [reported('web'), site],
    [reported('db', { message: undefined, action: 'Restart', steps: [] })],
  );
  t.is(
    stepsText(report, output()),
    `container.tsmoby.dev/web: replaced: spec.image: a -> b
  Pull b: it is not here
Others, because of that:
container.tsmoby.dev/db: restart
`,
  );
});

test('namespaces are named only where there are several', (t) => {
  const gear = { ...reported('a'), apiVersion: 'example.com/v1', kind: 'Gear', namespace: 'shop', steps: [] };
  t.is(
    stepsText(reportOf([gear, reported('web', { steps: [] })]), output()),
    `gear.example.com/a in namespace shop: replaced: spec.image: a -> b
container.tsmoby.dev/web in namespace default: replaced: spec.image: a -> b
`,
  );
});

test('where objects change and nothing that runs does, that is said', (t) => {
  t.is(
    stepsText(reportOf([reported('web', { action: 'None', steps: [] })]), output()),
    'Nothing that runs is touched.\n',
  );
  t.is(stepsText({ ...reportOf([reported('web', { steps: [] })]), planned: false, objects: [] }, output()), '');
});

test('on a narrow terminal lines are folded, and further ones stand in', (t) => {
  const message = 'replaced: spec.image: registry.example.com/nginx:1.26 -> registry.example.com/nginx:1.27';
  const text = stepsText(reportOf([reported('web', { message })]), output(60));
  t.is(
    text,
    `container.tsmoby.dev/web: replaced: spec.image:
    registry.example.com/nginx:1.26 ->
    registry.example.com/nginx:1.27
  Pull b: it is not here
`,
  );
});

test('nothing in a plan speaks to the terminal', (t) => {
  const steps = [{ type: 'Exec', target: 'sh\u001b[2J', cause: 'two\n  lines\u009b1m' }];
  const object = reported('web', { message: 'changed\u0007', steps, fields: [{ path: 'data.\u202ek', before: '' }] });
  t.is(
    stepsText(reportOf([object]), output()) + fieldsText(object, output()),
    `container.tsmoby.dev/web: changed\\u0007
  Exec sh\\u001b[2J: two lines\\u009b1m
  data.\\u202ek: "" (removed)
`,
  );
});

test('fields are told with both values, long ones by their length', (t) => {
  const fields = [
    { path: 'spec.image', before: 'nginx:1.26', after: 'nginx:1.27' },
    { path: 'spec.command', after: ['a', 'b c'] },
    { path: 'data.page', before: 'x'.repeat(300), after: '' },
    { path: 'data.k', before: '***' },
  ];
  t.is(
    fieldsText(reported('web', { fields }), output()),
    `  spec.image: nginx:1.26 -> nginx:1.27
  spec.command: ["a","b c"] (new)
  data.page: (300 characters) -> ""
  data.k: *** (removed)
`,
  );
});
