import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { RuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';
import { makeNetns } from '../../../runtime/network/netns.ts';
import { bridge } from '../../suites/networks.ts';
import { makeFolder } from '../../support/interruption.ts';
import { wrapPlugins } from './wrapped-plugins.ts';
import { clear, ofPlugins, spec } from './spec.ts';
import { openWorld, type NetworkWorld } from './world.ts';

async function refuses(t: ExecutionContext, work: Promise<unknown>, code: RuntimeErrorCode, reason: string) {
  const error = await t.throwsAsync(work, { instanceOf: RuntimeError });
  t.is(error.code, code, error.message);
  t.is(error.reason, reason);
  return error.message;
}

async function openWrapped(): Promise<NetworkWorld & { readonly plugins: Awaited<ReturnType<typeof wrapPlugins>> }> {
  const folder = await makeFolder('/tmp/tsm-cni-');
  const plugins = await wrapPlugins(folder, ['bridge', 'static', 'portmap', 'host-local', 'tuning']);
  const world = await openWorld({ env: { CNI_PATH: plugins.path } });
  return {
    ...world,
    plugins,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

for (const type of ['bridge', 'static']) {
  for (const when of ['before', 'after'] as const) {
    test(`an ADD that fails ${when} ${type} did its work is undone and done by the next ensure, with the same address`, async (t) => {
      await using world = await openWrapped();
      const { networks, sandboxes, plugins } = world;
      for (const number of [1, 2]) await networks.ensure(bridge(number));
      const one = await sandboxes.ensure(spec('web', [bridge(1)]));
      await plugins.failNext(type, 'ADD', when);
      const both = spec('web', [bridge(1), bridge(2)]);
      const said = await refuses(t, sandboxes.ensure(both), 'Internal', 'CniFailed');
      t.regex(said, /bridge failed to ADD: .*the test says no/);
      t.deepEqual(await plugins.pending(), []);
      const wanted = world.placeOf('web.0')?.attachments[1];
      const two = await sandboxes.ensure(both);
      t.deepEqual(two.attachments[0], one.attachments[0]);
      t.like(two.attachments[1], { addresses: wanted?.addresses, mac: wanted?.mac });
      t.regex(await world.ip('addr show dev eth1', two.netnsPath), new RegExp(`inet ${wanted?.addresses[0]}/28`));
      await clear(t, world);
    });

    test(`a DEL that fails ${when} ${type} did its work leaves the record, and is tried again`, async (t) => {
      await using world = await openWrapped();
      const { networks, sandboxes, plugins } = world;
      await networks.ensure(bridge(1));
      const { attachments } = await sandboxes.ensure(spec('web', [bridge(1)]));
      await plugins.failNext(type, 'DEL', when);
      t.regex(
        await refuses(t, sandboxes.remove('web.0'), 'Unavailable', 'CniFailed'),
        /failed to DEL.*the test says no/,
      );
      t.deepEqual(await plugins.pending(), []);
      t.deepEqual(await sandboxes.list(), ['web.0']);
      await refuses(t, networks.remove(bridge(1).uid), 'FailedPrecondition', 'InUse');
      const asked = { network: bridge(1).uid, addresses: attachments[0]?.addresses ?? [] };
      const other = sandboxes.ensure({ ...spec('other', []), attachments: [asked] });
      await refuses(t, other, 'InvalidArgument', 'AddressTaken');
      await sandboxes.remove('web.0');
      await sandboxes.ensure({ ...spec('other', []), attachments: [asked] });
      await clear(t, world);
    });
  }
}

test('a chain whose second plugin fails is undone from its end, and its own allocation is given back', async (t) => {
  await using world = await openWrapped();
  const { networks, sandboxes, plugins } = world;
  const raw = ofPlugins(1, world.path);
  await networks.ensure(raw);
  for (const when of ['before', 'after'] as const) {
    await plugins.failNext('tuning', 'ADD', when);
    t.regex(await refuses(t, sandboxes.ensure(spec('web', [raw])), 'Internal', 'CniFailed'), /tuning failed to ADD/);
  }
  // There is one address only: it must have come back each time.
  const { attachments } = await sandboxes.ensure(spec('web', [raw]));
  t.deepEqual(attachments[0]?.addresses, ['10.220.0.2']);
  t.regex(attachments[0]?.mac ?? '', /^02:/);
  await plugins.failNext('bridge', 'DEL', 'before');
  await refuses(t, sandboxes.remove('web.0'), 'Unavailable', 'CniFailed');
  await sandboxes.remove('web.0');
  t.deepEqual((await sandboxes.ensure(spec('other', [raw]))).attachments[0]?.addresses, ['10.220.0.2']);
  await sandboxes.remove('other.0');
  await world.ip('link del raw0');
  await clear(t, world);
});

for (const [title, end] of [
  [
    'a default route that was taken, or not, by a program that failed',
    async () => await Promise.reject(new RuntimeError('Internal', 'the test says no')),
  ],
  ['a daemon that died while it took a default route', async () => await new Promise<never>(() => undefined)],
] as const) {
  test(`${title} is where it is wanted after the next ensure`, async (t) => {
    await using world = await openWorld();
    for (const number of [1, 2]) await world.networks.ensure(bridge(number));
    const { netnsPath = '' } = await world.sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
    const route = () => world.ip('-4 route show default', netnsPath);
    const before = await route();
    t.regex(before, /via 10\.209\.1\.1 dev eth0/);
    const flushed = Promise.withResolvers<void>();
    const host = {
      run: async (...args: Parameters<typeof world.host.run>) => {
        const done = await world.host.run(...args);
        if (!args[1].includes('flush')) return done;
        flushed.resolve();
        return await end();
      },
      runPlugin: world.host.runPlugin.bind(world.host),
      unmount: world.host.unmount.bind(world.host),
    };
    const broken = await world.again({ host });
    const failed = broken.sandboxes.ensure(spec('web', [bridge(2), bridge(1)])).catch(() => undefined);
    await flushed.promise;
    if (title.includes('failed')) await failed;
    const next = await world.again();
    await next.sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
    t.is(await route(), before);
    const programs = world.programs();
    await next.sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
    t.deepEqual(world.programs(), programs);
    await next.sandboxes.remove('web.0');
    for (const number of [1, 2]) await next.networks.remove(bridge(number).uid);
    t.deepEqual(await world.leftovers(), []);
  });
}

test('a network that is removed while a sandbox is on its way there is not found, and nothing of it comes back', async (t) => {
  await using world = await openWorld();
  const { networks } = world;
  await networks.ensure(bridge(1));
  // What is at the sandbox's place is taken away first: meanwhile the network goes.
  await makeNetns(world.host, join(world.path, 'run/netns/web.0'));
  const host = {
    run: world.host.run.bind(world.host),
    runPlugin: world.host.runPlugin.bind(world.host),
    unmount: async (path: string) => {
      await next.networks.remove(bridge(1).uid);
      await world.host.unmount(path);
    },
  };
  const next = await world.again({ host });
  const error = await t.throwsAsync(next.sandboxes.ensure(spec('web', [bridge(1)])), { instanceOf: RuntimeError });
  t.is(error.code, 'NotFound');
  t.is(world.host.calls.cni, 0);
  await next.sandboxes.remove('web.0');
  t.deepEqual(await world.leftovers(), []);
});

test('a plugin that is not there is named with its package, and is found once it is', async (t) => {
  await using world = await openWrapped();
  const { networks, sandboxes, plugins } = world;
  await networks.ensure(bridge(1));
  await plugins.uninstall('bridge');
  const said = await refuses(t, networks.ensure(bridge(2)), 'Unsupported', 'CniPluginMissing');
  t.regex(said, /plugin bridge is not in .*install containernetworking-plugins/);
  t.deepEqual(await networks.list(), [bridge(1).uid]);
  await refuses(t, sandboxes.ensure(spec('web', [bridge(1)])), 'Unsupported', 'CniPluginMissing');
  await wrapPlugins(join(plugins.path, '..'), ['bridge']);
  await sandboxes.ensure(spec('web', [bridge(1)]));
  await clear(t, world);
});

test('a daemon that died between record and interface leaves what the next one makes, at the same address', async (t) => {
  await using world = await openWrapped();
  const { networks, sandboxes, plugins } = world;
  await networks.ensure(bridge(1));
  await plugins.failNext('bridge', 'ADD', 'after');
  await refuses(t, sandboxes.ensure(spec('web', [bridge(1)])), 'Internal', 'CniFailed');
  const wanted = world.placeOf('web.0')?.attachments[0]?.addresses;
  const next = await world.again();
  const other = await next.sandboxes.ensure(spec('other', [bridge(1)]));
  t.notDeepEqual(other.attachments[0]?.addresses, wanted);
  const { attachments, netnsPath } = await next.sandboxes.ensure(spec('web', [bridge(1)]));
  t.deepEqual(attachments[0]?.addresses, wanted);
  t.is([...(await world.ip('-o link', netnsPath)).matchAll(/: eth/g)].length, 1);
  for (const id of await next.sandboxes.list()) await next.sandboxes.remove(id);
  await next.networks.remove(bridge(1).uid);
  t.deepEqual(await world.leftovers(), []);
});

test('a record that was lost or damaged costs no more than the address, and what hung on it is taken away', async (t) => {
  await using world = await openWorld();
  await world.networks.ensure(bridge(1));
  const { attachments } = await world.sandboxes.ensure(spec('web', [bridge(1)]));
  const record = join(world.path, 'data/sandboxes/web.0.json');
  await writeFile(record, '{"half');
  const next = await world.again();
  t.deepEqual(await next.sandboxes.list(), ['web.0']);
  const preferred = attachments[0]?.addresses ?? [];
  const again = await next.sandboxes.ensure({
    ...spec('web', []),
    attachments: [{ network: bridge(1).uid, preferred }],
  });
  t.deepEqual(again.attachments, attachments);
  await rm(record);
  const third = await world.again();
  await third.sandboxes.remove('web.0');
  await third.networks.remove(bridge(1).uid);
  t.deepEqual(await world.leftovers(), []);
});

test('after a boot of the machine everything is made again as it was, whatever is left of the run directory', async (t) => {
  for (const kept of [true, false]) {
    await using world = await openWorld();
    for (const number of [1, 2]) await world.networks.ensure(bridge(number));
    const before = await world.sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
    await world.boot(kept);
    const next = await world.again({ bootId: 'boot-2' });
    t.is(next.placeOf('web.0'), undefined);
    t.deepEqual(await next.networks.repair(), []);
    const other = await next.sandboxes.ensure(spec('other', [bridge(1)]));
    t.notDeepEqual(other.attachments[0]?.addresses, before.attachments[0]?.addresses);
    const after = await next.sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
    t.deepEqual(after, before);
    t.regex(await world.ip('addr show dev eth1', after.netnsPath), new RegExp(before.attachments[1]?.mac ?? 'none'));
    for (const id of ['web.0', 'other.0']) await next.sandboxes.remove(id);
    for (const number of [1, 2]) await next.networks.remove(bridge(number).uid);
    t.deepEqual(await world.leftovers(), []);
  }
});

test('sandboxes of another boot can be taken away as they are', async (t) => {
  await using world = await openWorld();
  await world.networks.ensure(bridge(1));
  await world.sandboxes.ensure(spec('web', [bridge(1)]));
  await world.boot(true);
  const next = await world.again({ bootId: 'boot-2' });
  await next.sandboxes.remove('web.0');
  await next.networks.remove(bridge(1).uid);
  t.deepEqual(await world.leftovers(), []);
});

test('records are written before interfaces, and say what is there', async (t) => {
  await using world = await openWorld();
  await world.networks.ensure(bridge(1));
  const { attachments } = await world.sandboxes.ensure(spec('web', [bridge(1)]));
  const record: unknown = JSON.parse(await readFile(join(world.path, 'data/sandboxes/web.0.json'), 'utf8'));
  t.like(record, { id: 'web.0', boot: 'boot-1', attachments: [{ ...attachments[0], state: 'attached' }] });
});

test('a namespace nobody has a record of is listed and goes', async (t) => {
  await using world = await openWorld();
  await makeNetns(world.host, join(world.path, 'run/netns/stray.3'));
  t.deepEqual(await world.sandboxes.list(), ['stray.3']);
  await world.sandboxes.remove('stray.3');
  t.deepEqual(await world.leftovers(), []);
});

test('what plugins cannot take away any more goes without them, and what could not be put back is known for the next time', async (t) => {
  await using world = await openWrapped();
  const { networks, sandboxes, plugins } = world;
  for (const number of [1, 2]) await networks.ensure(bridge(number));
  await sandboxes.ensure(spec('web', [bridge(1), bridge(2)]));
  t.is(await world.setting('net/ipv4/ip_forward'), '1');
  await plugins.uninstall('bridge');
  await refuses(t, sandboxes.remove('web.0'), 'Unsupported', 'CniPluginMissing');
  const forwarding = join(world.path, 'sys/net/ipv4/ip_forward');
  await rm(forwarding);
  await mkdir(forwarding);
  const next = await world.again();
  await t.throwsAsync(next.takeAwayByForce(), { message: /something of the networks is left: .*ip_forward/ });
  t.true(next.isMachineChanged());
  t.is(await world.setting('net/ipv6/conf/all/forwarding'), '0', 'one keeps no other');
  await rm(forwarding, { recursive: true });
  await writeFile(forwarding, '1\n');
  const last = await world.again();
  await last.takeAwayByForce();
  t.false(last.isMachineChanged());
  t.is(await world.setting('net/ipv4/ip_forward'), '0');
  const records = [bridge(1).uid, bridge(2).uid, 'web.0'].map((name) => `${name}.json`);
  t.deepEqual(
    (await world.leftovers()).filter((name) => !records.includes(name) && name !== 'web.0'),
    [],
  );
});
