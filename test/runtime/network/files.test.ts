import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { openNetworks, type NetworksOptions } from '../../../runtime/network/open-networks.ts';
import type { Sandboxes } from '../../../runtime/ports/sandboxes.ts';
import { sandboxesSuite } from '../../suites/sandboxes.ts';
import { createManualTime } from '../fake/manual-time.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { makeFolder } from '../../support/interruption.ts';

const spec = { id: 'uid-1.1', ownerUid: 'uid-1', mode: 'none', hostname: 'web' } as const;

async function temporary(): Promise<AsyncDisposable & { path: string }> {
  const path = await makeFolder('/tmp/tsm-sbx-');
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Nothing here has an interface, so no program is started and no rule is made. */
async function openSandboxes(path: string, bootId = 'one', more: Partial<NetworksOptions> = {}): Promise<Sandboxes> {
  const time = createManualTime();
  const { facts, host } = createFakeRuntime({ clock: time, timers: time });
  const unused = () => Promise.reject(new Error('not without networks'));
  const { sandboxes } = await openNetworks({
    facts: { ...facts, dataDirectory: `${path}/data`, runDirectory: path, bootId },
    host,
    firewall: { setNetworks: unused, setForwards: unused, forgetFlows: unused, repair: unused },
    log: recordingLog(),
    ...more,
  });
  return sandboxes;
}

sandboxesSuite(test, 'on disk', async () => {
  const directory = await temporary();
  return {
    sandboxes: await openSandboxes(directory.path),
    read: (path) => readFile(path, 'utf8').catch(() => undefined),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
});

test('nothing is written when nothing differs', async (t) => {
  await using directory = await temporary();
  const sandboxes = await openSandboxes(directory.path);
  const { hostsPath, hostnamePath, resolvConfPath } = await sandboxes.ensure(spec);
  const times = () =>
    Promise.all([hostsPath, hostnamePath, resolvConfPath].map(async (path) => (await stat(path)).mtimeMs));
  const before = await times();
  await sandboxes.ensure(spec);
  t.deepEqual(await times(), before);
});

test('damage is mended in place, so that running containers see it', async (t) => {
  await using directory = await temporary();
  const sandboxes = await openSandboxes(directory.path);
  const { hostsPath } = await sandboxes.ensure(spec);
  const { ino } = await stat(hostsPath);
  await writeFile(hostsPath, '127.0.0.1\tlocalh');
  await sandboxes.ensure(spec);
  t.regex(await readFile(hostsPath, 'utf8'), /\tweb\n$/);
  t.is((await stat(hostsPath)).ino, ino);
  await rm(hostsPath);
  await sandboxes.ensure(spec);
  t.regex(await readFile(hostsPath, 'utf8'), /\tweb\n$/);
});

test('sandboxes of another boot are void, those of this boot are found by the next daemon', async (t) => {
  await using directory = await temporary();
  const at = (bootId: string) => openSandboxes(directory.path, bootId);
  await (await at('one')).ensure(spec);
  t.deepEqual(await (await at('one')).list(), [spec.id]);
  t.deepEqual(await (await at('two')).list(), []);
});

test('on the network of the machine its files are shown, as they are now', async (t) => {
  await using directory = await temporary();
  const hostsPath = `${directory.path}/etc-hosts`;
  const resolvConfPath = `${directory.path}/etc-resolv`;
  const sandboxes = await openSandboxes(directory.path, 'one', { hostsPath, resolvConfPath });
  const bare = await sandboxes.ensure({ ...spec, mode: 'host' });
  t.is(await readFile(bare.hostsPath, 'utf8'), '127.0.1.1\tweb\n');
  await writeFile(hostsPath, '127.0.0.1 localhost\n10.0.0.1 db # web');
  await writeFile(resolvConfPath, 'nameserver 10.0.0.53\n');
  const sandbox = await sandboxes.ensure({ ...spec, mode: 'host' });
  t.is(await readFile(sandbox.hostsPath, 'utf8'), '127.0.0.1 localhost\n10.0.0.1 db # web\n127.0.1.1\tweb\n');
  t.is(await readFile(sandbox.resolvConfPath, 'utf8'), 'nameserver 10.0.0.53\n');
  await writeFile(hostsPath, '10.0.0.9 web\n');
  await sandboxes.ensure({ ...spec, mode: 'host' });
  t.is(await readFile(sandbox.hostsPath, 'utf8'), '10.0.0.9 web\n');
});

test('a run directory that cannot be written says so, and is tried again later', async (t) => {
  await using directory = await temporary();
  const sandboxes = await openSandboxes(directory.path);
  await writeFile(`${directory.path}/sandboxes`, 'in the way');
  await sandboxes.ensure(spec).catch(() => undefined);
  await rm(`${directory.path}/sandboxes`, { recursive: true });
  t.like(await sandboxes.ensure(spec), { id: spec.id });
  await rm(`${directory.path}/sandboxes/${spec.id}`, { recursive: true });
  await writeFile(`${directory.path}/sandboxes/${spec.id}`, 'in the way');
  const error = await t.throwsAsync(sandboxes.ensure(spec), { instanceOf: RuntimeError });
  t.regex(error.message, /sandbox uid-1\.1: .*uid-1\.1/);
});
