/** How much fits into one question for a plan: a real server with its limits. */
import test from 'ava';
import { servePlans } from '../../../cli/daemon/plans.ts';
import { askForPlan } from '../../../cli/plan/ask-for-plan.ts';
import { reportPlan, type ObjectChange } from '../../../cli/plan/report.ts';
import type { HttpClient } from '../../../client/http.ts';
import { refOf } from '../../../controllers/engine/keys.ts';
import type { Manager } from '../../../controllers/engine/manager.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { openApiWorld } from '../../support/api-world.ts';

const MANY = 1000;
const ALL = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;
const SPEC = {
  image: 'registry.example.com/shop/web:1.2.3',
  command: ['node', '--enable-source-maps', 'server.js'],
  env: ['HOST', 'PORT', 'DATABASE', 'LEVEL'].map((name) => ({ name, value: `value of ${name}` })),
  ports: [{ containerPort: 8080, hostPort: 18080 }],
  volumes: [{ name: 'data', volume: { name: 'data' } }],
  volumeMounts: [{ name: 'data', mountPath: '/data' }],
  readinessProbe: { httpGet: { port: 8080, path: '/ready' }, periodSeconds: 2 },
  resources: { limits: { memory: '256Mi' } },
};

/** Answers without looking, and keeps what it was asked. */
function openWorld() {
  const asked: KubeObject[] = [];
  const plan: Manager['plan'] = async (changes) =>
    changes.map((change) => {
      if ('object' in change) asked.push(change.object);
      const ref = 'delete' in change ? change.delete : refOf(change.object);
      return { ref, because: 'Changed', action: 'None', message: 'nothing', steps: [] };
    });
  return openApiWorld().then((world) => {
    servePlans(world.server, () => ({ plan }));
    return { world, asked };
  });
}

test('a thousand changed Containers fit into one plan, each with the time of its last wish', async (t) => {
  const { world, asked } = await openWorld();
  await using _ = world;
  const client = (await world.httpClient()) as HttpClient;
  const metadata = { name: 'web', namespace: 'default', labels: { app: 'shop' } };
  const options = { fieldManager: 'tsmoby', force: true } as const;
  await client.apply<Container>({ ...ALL, metadata, spec: SPEC }, options);
  const conditions = Array.from({ length: 6 }, (_one, at) => ({
    type: `Type${String(at)}`,
    status: 'True',
    reason: 'Running',
    message: 'it runs',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }));
  await client.patch<Container>(
    { ...ALL, namespace: 'default', name: 'web' },
    { status: { conditions } },
    { type: 'merge', subresource: 'status', fieldManager: 'controller' },
  );
  const live = await client.get<Container>({ ...ALL, namespace: 'default', name: 'web' });
  const changes = Array.from({ length: MANY }, (_one, at): ObjectChange => {
    const named = { ...live, metadata: { ...live.metadata, name: `web-${String(at)}` } };
    return { live: named, merged: { ...named, spec: { ...live.spec, image: `web:${String(at)}` } } as KubeObject };
  });
  const report = await reportPlan({ client }, changes);
  t.is(report.objects.filter(({ action }) => action === 'None').length, MANY);
  const last = live.metadata.managedFields?.find(({ subresource }) => subresource === undefined);
  t.truthy(last?.time);
  t.deepEqual(asked.at(-1)?.metadata, {
    name: `web-${String(MANY - 1)}`,
    namespace: 'default',
    labels: { app: 'shop' },
    finalizers: ['tsmoby.dev/container'],
    managedFields: [{ manager: 'tsmoby', operation: 'Apply', time: last?.time }],
  } as never);
});

const tooMany = [
  ['values', Array.from({ length: 120 }, () => ({ list: Array.from({ length: 1000 }, () => 1) }))],
  ['bytes', Array.from({ length: 4 }, () => ({ text: 'x'.repeat(1024 * 1024) }))],
] as const;
for (const [what, contents] of tooMany)
  test(`a question with too many ${what} is told as such`, async (t) => {
    const { world } = await openWorld();
    await using _ = world;
    const client = (await world.httpClient()) as HttpClient;
    const changes = contents.map((content, at) => ({
      object: { ...ALL, metadata: { name: `c${String(at)}`, namespace: 'default' }, ...content },
    }));
    await t.throwsAsync(askForPlan({ client }, changes), {
      name: 'CommandError',
      message: `too many changes for one plan (${String(contents.length)}), or too large ones: name fewer files`,
    });
  });
