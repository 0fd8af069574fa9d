import test from 'ava';
import { serveContainerLog } from '../../../cli/daemon/container-log.ts';
import type { LogRun, Logs, ReadLogOptions } from '../../../runtime/ports/logs.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import { openApiWorld, type ApiWorld } from '../../support/api-world.ts';

const KIND = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container' } as const;

async function worldWithLog(status?: object): Promise<ApiWorld & { reads: [LogRun, ReadLogOptions][] }> {
  const world = await openApiWorld();
  const reads: [LogRun, ReadLogOptions][] = [];
  const logs = {
    async *read(run: LogRun, options: ReadLogOptions) {
      reads.push([run, options]);
      yield Buffer.from('hello\n');
    },
  } as Partial<Logs> as Logs;
  serveContainerLog(world.server, logs);
  const client = world.client('admin');
  const made = await client.create<Container>({
    ...KIND,
    metadata: { namespace: 'default', name: 'web' },
    spec: { image: 'a' },
  });
  if (status) await client.updateStatus<Container>({ ...made, status });
  return { ...world, reads };
}

/** GET of the log, through the pipeline. */
async function getLog(world: ApiWorld, parameters: Record<string, string>) {
  return world.server.pipeline.handle({
    credentials: { transport: 'in-process', user: { name: 'admin', groups: ['system:masters'] } },
    info: {
      type: 'resource',
      method: 'GET',
      group: 'tsmoby.dev',
      version: 'v1alpha1',
      resource: 'containers',
      subresource: 'log',
      namespace: 'default',
      name: 'web',
      watchPrefix: false,
      path: '',
    },
    parameters,
    representation: { encoding: 'json', shape: 'plain' },
    userAgent: 'test',
    warn: () => undefined,
    signal: new AbortController().signal,
  } as unknown as Parameters<ApiWorld['server']['pipeline']['handle']>[0]);
}

test('the log of the present run is served as a stream of text', async (t) => {
  await using world = await worldWithLog({ logRun: 2 });
  const response = await getLog(world, { tailLines: '5', timestamps: 'true', sinceSeconds: '60' });
  if (response.type !== 'stream') throw new Error(JSON.stringify(response));
  t.is(response.contentType, 'text/plain');
  let text = '';
  for await (const chunk of response.body) text += Buffer.from(chunk).toString();
  t.is(text, 'hello\n');
  const [run, options] = world.reads[0] ?? [];
  t.is(run?.run, 2);
  t.is(options?.tailLines, 5);
  t.true(options?.timestamps);
  t.regex(options?.sinceTime ?? '', /^\d{4}-.*Z$/);
});

test('a container is asked for by its own name, and for one stream', async (t) => {
  await using world = await worldWithLog({ logRun: 0 });
  const response = await getLog(world, { container: 'web', stream: 'Stderr' });
  if (response.type === 'stream') for await (const _ of response.body);
  t.is(world.reads[0]?.[1].stream, 'stderr');
  const refusal = await getLog(world, { container: 'db' });
  t.like(refusal, { type: 'status', code: 400, status: { message: 'container db is not valid for pod web' } });
});

test('previous is the run before, and there must have been one', async (t) => {
  await using world = await worldWithLog({ logRun: 1 });
  const response = await getLog(world, { previous: 'true' });
  if (response.type === 'stream') for await (const _ of response.body);
  t.is(world.reads[0]?.[0].run, 0);
  await using first = await worldWithLog({ logRun: 0 });
  const refusal = await getLog(first, { previous: 'true' });
  t.is(refusal.type === 'status' ? refusal.code : 0, 400);
});

test('a container that has not started says what it waits for', async (t) => {
  await using world = await worldWithLog({ state: { waiting: { reason: 'ErrImagePull', message: 'no such tag' } } });
  const response = await getLog(world, {});
  t.is(response.type === 'status' ? response.code : 0, 400);
  t.regex(response.type === 'status' ? (response.status.message ?? '') : '', /ErrImagePull: no such tag/);
});

for (const [parameters, code] of [
  [{ tailLines: 'x' }, 400],
  [{ tailLines: '-1' }, 422],
  [{ sinceSeconds: '0' }, 422],
  [{ limitBytes: '0' }, 422],
  [{ stream: 'stdin' }, 422],
  [{ stream: 'Stdout', tailLines: '1' }, 422],
  [{ sinceTime: 'yesterday' }, 422],
  [{ sinceTime: '2026-01-01T00:00:00Z', sinceSeconds: '5' }, 422],
] as const) {
  test(`${JSON.stringify(parameters)} is refused with ${code}`, async (t) => {
    await using world = await worldWithLog({ logRun: 0 });
    const response = await getLog(world, parameters);
    t.is(response.type === 'status' ? response.code : 0, code);
  });
}
