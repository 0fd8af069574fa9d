/** From the call of a webhook to the object of the commit that it tells of. */
import { createHmac } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import type { Client } from '../../client/client.ts';
import type { ConfigMap, Sync } from '../../schemas/gen/types.ts';
import type { ObjectInput } from '../../schemas/object.ts';
import { serveGitOverHttp } from '../../test/support/git/http-server.ts';
import { createRepository } from '../../test/support/git/repository.ts';
import { runGit } from '../../test/support/git/run-git.ts';
import type { BenchRow } from '../row.ts';
import { median, percentile, round } from '../statistics.ts';
import type { World } from '../world.ts';
import { CONFIG_MAP, configMap, deleteSync, NAMESPACE, SYNC, untilSeen } from './objects.ts';

const NAME = 'pushed';
const TOKEN = 'bench';
/** What a daemon has to be told for it. */
export const WEBHOOK_ARGUMENTS: readonly string[] = ['--webhook-listen', '127.0.0.1:0'];

/** A repository behind HTTP, which nobody can watch, and a Sync that asks only when it is called. */
export async function benchWebhooks(world: World, pushes: number): Promise<BenchRow[]> {
  const { client } = world.daemon;
  const folder = join(world.folder, 'repositories');
  await mkdir(folder);
  await using server = await serveGitOverHttp(folder);
  const repository = await createRepository(folder, 'infra');
  const commit = (value: string) => repository.commit({ 'one.yaml': JSON.stringify(configMap(NAME, value)) });
  await commit('first');
  const url = `${server.url}/${basename(repository.path)}`;
  const hook = await followRepository(client, url);
  const copy = join(folder, 'copy');
  await runGit(['clone', '-q', url, copy]);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let push = 0; push < pushes; push += 1) {
    world.signal.throwIfAborted();
    const value = `${push}`;
    await commit(value);
    const seen = untilSeen<ConfigMap>(client, CONFIG_MAP, NAME, ({ data }) => data?.['value'] === value);
    const start = performance.now();
    await call(hook);
    ours.push((await seen) - start);
    bare.push(await fetchAndApply(client, copy));
  }
  await deleteSync(client, NAME);
  return [
    {
      name: 'webhook to object: tsmoby',
      value: round(median(ours)),
      unit: 'ms',
      note: `p99 ${round(percentile(ours, 0.99))} ms; ${pushes} pushes to a repository behind HTTP`,
    },
    {
      name: 'webhook to object: bare',
      value: round(median(bare)),
      unit: 'ms',
      note: `git fetch, git show, parse, apply; tsmoby ${round(median(ours) / median(bare), 2)} of its time`,
    },
  ];
}

/** Resolves with the address of the hook when it is served, and the first commit is applied. */
async function followRepository(client: Client, url: string): Promise<string> {
  const secret = { name: 'hook', namespace: NAMESPACE };
  const data = { token: Buffer.from(TOKEN).toString('base64') };
  await client.apply({ apiVersion: 'v1', kind: 'Secret', metadata: secret, data } as ObjectInput, {
    fieldManager: 'bench',
  });
  const sync: ObjectInput<Sync> = {
    ...SYNC,
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: {
      source: { git: { url, ref: { branch: 'main' } } },
      interval: '0s',
      webhook: { type: 'GenericHMAC', secretRef: { name: secret.name } },
    },
  };
  await client.apply(sync, { fieldManager: 'bench' });
  await untilSeen<Sync>(client, SYNC, NAME, (now) => isTrue(now, 'Ready') && isTrue(now, 'WebhookReady'));
  const { status } = await client.get<Sync>({ ...SYNC, namespace: NAMESPACE, name: NAME });
  const served = status?.conditions?.find(({ type }) => type === 'WebhookReady')?.message ?? '';
  return `${served.replace(/^at /, '')}${status?.webhookPath ?? ''}`;
}

const isTrue = ({ status }: Sync, wanted: string): boolean =>
  status?.conditions?.some(({ type, status: is }) => type === wanted && is === 'True') ?? false;

async function call(hook: string): Promise<void> {
  const body = JSON.stringify({ about: 'a push' });
  const signature = createHmac('sha256', TOKEN).update(body).digest('hex');
  const headers = { 'x-signature': `sha256=${signature}`, connection: 'close' };
  const response = await fetch(hook, { method: 'POST', headers, body });
  await response.text();
  if (response.status !== 202) throw new Error(`the webhook answered ${response.status}`);
}

/** What a script would do when it is called. Resolves with the milliseconds that it took. */
async function fetchAndApply(client: Client, copy: string): Promise<number> {
  const start = performance.now();
  await runGit(['-C', copy, 'fetch', '-q', 'origin', 'main']);
  const { metadata, ...rest } = parse(await runGit(['-C', copy, 'show', 'FETCH_HEAD:one.yaml'])) as ConfigMap;
  const object = { ...rest, metadata: { ...metadata, name: 'fetched' } } as ObjectInput;
  await client.apply(object, { fieldManager: 'bare', force: true });
  return performance.now() - start;
}
