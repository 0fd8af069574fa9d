import test from 'ava';
import type { Container } from '../../schemas/gen/types.ts';
import { openCliWorld, type CliWorld, type Run } from './world.ts';

const WEB = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', namespace: 'default', name: 'web' } as const;
const shown = 'container.tsmoby.dev/web';

/** A container with these images as its revisions, oldest first; the last one is wanted. */
async function openWith(...images: readonly string[]): Promise<CliWorld> {
  const world = await openCliWorld();
  const client = world.api.plainClient();
  const { uid } = (
    await client.create<Container>({ ...head, spec: { image: images.at(-1) ?? '', minReadySeconds: 9 } })
  ).metadata;
  const owner = { apiVersion: WEB.apiVersion, kind: WEB.kind, name: WEB.name, uid, controller: true };
  for (const [at, image] of images.entries()) {
    const metadata = { namespace: 'default', name: `web-${String(at + 1)}`, ownerReferences: [owner] };
    const revision = { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata, data: { spec: { image } } };
    await client.create({ ...revision, revision: at + 1 } as never);
  }
  return world;
}

const head = { apiVersion: WEB.apiVersion, kind: WEB.kind, metadata: { namespace: 'default', name: 'web' } };

const get = (world: CliWorld): Promise<Container> => world.api.plainClient().get<Container>(WEB);

async function setRolledOut(world: CliWorld, status: string, reason: string, message: string): Promise<void> {
  const condition = { type: 'RolledOut', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' };
  const patch = { status: { observedGeneration: 1, revision: 1, conditions: [condition] } };
  await world.api.plainClient().patch(WEB, patch, { type: 'merge', subresource: 'status' });
}

/** Says besides that it is stalled, and since which generation. */
async function stall(world: CliWorld, observedGeneration: number, message: string): Promise<void> {
  const { conditions = [] } = (await get(world)).status ?? {};
  const others = conditions.filter(({ type }) => type !== 'Stalled');
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const stalled = {
    type: 'Stalled',
    status: 'True',
    reason: 'UserNotFound',
    message,
    lastTransitionTime,
    observedGeneration,
  };
  const patch = { status: { conditions: [...others, stalled] } };
  await world.api.plainClient().patch(WEB, patch, { type: 'merge', subresource: 'status' });
}

const output = ({ code, stdout, stderr }: Run): string => `${String(code)} ${stdout}${stderr}`;

test('history lists revisions with what each changed, and shows one', async (t) => {
  await using world = await openWith('a:1', 'a:2');
  const all = await world.tsmoby(['rollout', 'history', 'container/web']);
  t.is(output(all), `0 ${shown}\nREVISION  CHANGED-FIELDS\n1         <none>\n2         image\n\n`);
  const one = await world.tsmoby(['rollout', 'history', 'ctr', 'web', '--revision=1']);
  t.is(output(one), `0 ${shown} with revision #1\nspec:\n  image: a:1\n`);
});

test('undo writes the spec of the revision before into the object, and leaves how changes are made', async (t) => {
  await using world = await openWith('a:1', 'a:2', 'a:3');
  t.is(output(await world.tsmoby(['rollout', 'undo', 'container/web'])), `0 ${shown} rolled back\n`);
  t.like((await get(world)).spec, { image: 'a:2', minReadySeconds: 9 });
  await world.tsmoby(['rollout', 'undo', 'container/web', '--to-revision=1']);
  t.is((await get(world)).spec.image, 'a:1');
});

test('undo after changes that were taken back writes what runs, and not another one that was bad', async (t) => {
  await using world = await openWith('good:1', 'bad:2', 'bad:3');
  await setRolledOut(world, 'False', 'RolledBack', 'too late');
  const status = { currentRevision: 'web-1' };
  await world.api.plainClient().patch(WEB, { status }, { type: 'merge', subresource: 'status' });
  t.is(output(await world.tsmoby(['rollout', 'undo', 'container/web'])), `0 ${shown} rolled back\n`);
  t.is((await get(world)).spec.image, 'good:1');
});

test('undo after a change that never replaced what runs writes what runs as well', async (t) => {
  await using world = await openWith('good:1', 'bad:2', 'bad:3');
  const status = { currentRevision: 'web-1', rollout: { revision: 'web-3', reverted: true } };
  await world.api.plainClient().patch(WEB, { status }, { type: 'merge', subresource: 'status' });
  await world.tsmoby(['rollout', 'undo', 'container/web']);
  t.is((await get(world)).spec.image, 'good:1');
});

test('after an undo the file that was applied before, and a mended one, can be applied as ever', async (t) => {
  await using world = await openCliWorld();
  const client = world.api.plainClient();
  const web = (image: string, more: object = {}) => ({ ...head, spec: { image, ...more } }) as never;
  const apply = (object: never) => client.apply<Container>(object, { fieldManager: 'tsmoby' });
  const { metadata } = await apply(web('a:1', { args: ['one'] }));
  const env = [{ name: 'A', value: '1' }];
  const { spec } = await apply(web('a:2', { env }));
  await client.patch(WEB, { status: { phase: 'Running' } }, { type: 'merge', subresource: 'status' });
  const owner = { apiVersion: WEB.apiVersion, kind: WEB.kind, name: WEB.name, uid: metadata.uid, controller: true };
  for (const [at, data] of [{ spec: { image: 'a:1', args: ['one'] } }, { spec }].entries()) {
    const about = { namespace: 'default', name: `web-${String(at)}`, ownerReferences: [owner] };
    const revision = { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: about, data, revision: at + 1 };
    await client.create(revision);
  }
  t.is((await world.tsmoby(['rollout', 'undo', 'container/web'])).code, 0);
  const undone = await get(world);
  t.like(undone.spec, { image: 'a:1', args: ['one'], env: undefined });
  t.deepEqual(
    undone.metadata.managedFields?.filter(({ subresource }) => !subresource).map(({ manager }) => manager),
    ['tsmoby'],
  );
  t.like((await apply(web('a:2', { env }))).spec, { image: 'a:2', args: undefined, env });
  t.is((await apply(web('a:3'))).spec.env, undefined);
});

test('undo to what is wanted already, or to what never was, changes nothing', async (t) => {
  await using world = await openWith('a:1', 'a:2');
  const same = await world.tsmoby(['rollout', 'undo', 'container/web', '--to-revision=2']);
  t.is(output(same), `0 ${shown} skipped rollback (current template already matches revision 2)\n`);
  const never = await world.tsmoby(['rollout', 'undo', 'container/web', '--to-revision=7']);
  t.is(output(never), '1 error: unable to find specified revision 7 in history\n');
  t.is((await get(world)).metadata.generation, 1);
});

test('restart sets the annotation that makes another instance', async (t) => {
  await using world = await openWith('a:1');
  t.is(output(await world.tsmoby(['rollout', 'restart', 'container/web'])), `0 ${shown} restarted\n`);
  t.deepEqual((await get(world)).metadata.annotations, { 'tsmoby.dev/restartedAt': '2026-01-01T00:00:00Z' });
});

test('pause and resume set and take away spec.paused, each once', async (t) => {
  await using world = await openWith('a:1', 'a:2');
  t.is(output(await world.tsmoby(['rollout', 'pause', 'container/web'])), `0 ${shown} paused\n`);
  t.true((await get(world)).spec.paused);
  t.is(
    output(await world.tsmoby(['rollout', 'pause', 'container/web'])),
    '1 error: containers.tsmoby.dev "web" is already paused\n',
  );
  t.is((await world.tsmoby(['rollout', 'undo', 'container/web'])).code, 1);
  t.is((await world.tsmoby(['rollout', 'restart', 'container/web'])).code, 1);
  t.is(output(await world.tsmoby(['rollout', 'resume', 'container/web'])), `0 ${shown} resumed\n`);
  t.is((await get(world)).spec.paused, undefined);
  t.is((await world.tsmoby(['rollout', 'resume', 'container/web'])).code, 1);
});

test('status waits, says for what, and ends when the change is rolled out', async (t) => {
  await using world = await openWith('a:1');
  await setRolledOut(world, 'False', 'RolloutProgressing', 'ImagePulling');
  const waiting = world.tsmoby(['rollout', 'status', 'container/web', '--timeout=60s'], {
    onOutput: () => void setRolledOut(world, 'True', 'RolloutComplete', ''),
  });
  t.is(
    output(await waiting),
    '0 Waiting for container "web" rollout to finish: ImagePulling...\ncontainer "web" successfully rolled out\n',
  );
});

for (const [reason, complaint] of [
  ['RolledBack', 'error: container "web" was rolled back: too late\n'],
  ['ProgressDeadlineExceeded', 'error: container "web" exceeded its progress deadline: too late\n'],
] as const) {
  test(`status fails when a change ended with ${reason}`, async (t) => {
    await using world = await openWith('a:1');
    await setRolledOut(world, 'False', reason, 'too late');
    t.is(output(await world.tsmoby(['rollout', 'status', 'container/web'])), `1 ${complaint}`);
  });
}

test('status after a restart waits until what is said is about it', async (t) => {
  await using world = await openWith('a:1');
  await setRolledOut(world, 'True', 'RolloutComplete', '');
  await world.tsmoby(['rollout', 'restart', 'container/web']);
  const early = await world.tsmoby(['rollout', 'status', 'container/web', '--watch=false']);
  t.is(output(early), '0 Waiting for container spec update to be observed...\n');
  const status = { observedRestart: '2026-01-01T00:00:00Z' };
  await world.api.plainClient().patch(WEB, { status }, { type: 'merge', subresource: 'status' });
  const after = await world.tsmoby(['rollout', 'status', 'container/web']);
  t.is(output(after), '0 container "web" successfully rolled out\n');
});

test('status fails when only a person can help what is asked for now, and not for what was asked before', async (t) => {
  await using world = await openWith('a:1');
  await setRolledOut(world, 'False', 'RolloutProgressing', 'no such user: nobody2');
  await stall(world, 0, 'no such user: nobody1');
  const before = await world.tsmoby(['rollout', 'status', 'container/web', '--watch=false']);
  t.is(output(before), '0 Waiting for container "web" rollout to finish: no such user: nobody2...\n');
  await stall(world, 1, 'no such user: nobody2');
  const now = await world.tsmoby(['rollout', 'status', 'container/web', '--timeout=60s']);
  t.is(output(now), '1 error: container "web" is stalled: no such user: nobody2\n');
});

test('status --watch=false looks once, and --timeout gives up', async (t) => {
  await using world = await openWith('a:1');
  await setRolledOut(world, 'False', 'RolloutPaused', 'paused');
  const line = 'Waiting for container "web" rollout to finish: paused...\n';
  t.is(output(await world.tsmoby(['rollout', 'status', 'container/web', '--watch=false'])), `0 ${line}`);
  const late = await world.tsmoby(['rollout', 'status', 'container/web', '--timeout=2s']);
  t.deepEqual([late.code, late.stderr], [1, 'error: timed out waiting for the condition\n']);
});

test('a rollout of something else, of nothing, or without an action is refused', async (t) => {
  await using world = await openWith('a:1');
  t.is(
    output(await world.tsmoby(['rollout', 'undo', 'cm/a'])),
    '1 error: configmaps have no rollouts: only containers and builds do\n',
  );
  t.is((await world.tsmoby(['rollout', 'undo'])).code, 1);
  t.regex((await world.tsmoby(['rollout', 'wobble', 'container/web'])).stderr, /status, history, undo/);
});

test('another result of a Build is told in the history, and is nothing that undo can bring back', async (t) => {
  await using world = await openWith('shop:dev');
  const client = world.api.plainClient();
  const object = await get(world);
  const { namespace: _, ...its } = WEB;
  const owner = { ...its, uid: object.metadata.uid, controller: true };
  for (const [number, digit] of [
    [2, 'a'],
    [3, 'b'],
  ] as const) {
    const metadata = { namespace: 'default', name: `web-${String(number)}`, ownerReferences: [owner] };
    const data = { spec: object.spec, result: `sha256:${digit.repeat(64)}` };
    await client.create({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata,
      data,
      revision: number,
    } as never);
  }
  const history = output(await world.tsmoby(['rollout', 'history', 'container/web']));
  t.regex(history, /\n3 +result sha256:bbbbbbbbbbbb\n/);
  const undone = await world.tsmoby(['rollout', 'undo', 'container/web']);
  t.is(undone.code, 1);
  t.regex(undone.stderr, /revision 2 is of another result.*revertTo of the Build of shop:dev/);
  t.is((await get(world)).metadata.generation, object.metadata.generation);
});
