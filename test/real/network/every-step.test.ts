/** Plugins that fail once at every step that there is. */
import { rm } from 'node:fs/promises';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import type { NetworkSpec } from '../../../runtime/ports/networks.ts';
import type { SandboxSpec } from '../../../runtime/ports/sandboxes.ts';
import { bridge } from '../../suites/networks.ts';
import { makeFolder } from '../../support/interruption.ts';
import { openWorld } from './world.ts';
import { wrapPlugins } from './wrapped-plugins.ts';

const types = ['bridge', 'static', 'host-local', 'tuning'] as const;

const ofPlugins = (folder: string): NetworkSpec => ({
  ...bridge(3),
  driver: 'cni',
  subnets: [],
  config: {
    cniVersion: '1.0.0',
    name: 'raw',
    plugins: [
      {
        type: 'bridge',
        bridge: 'raw0',
        isGateway: true,
        // One address: who leaks it has no other.
        ipam: {
          type: 'host-local',
          dataDir: `${folder}/leases`,
          ranges: [[{ subnet: '10.220.0.0/30', gateway: '10.220.0.1' }]],
        },
      },
      { type: 'tuning', sysctl: { 'net.ipv4.conf.IFNAME.arp_filter': '1' } },
    ],
  },
});

test('each plugin fails once at each step, of ADD and of DEL: it is the same sandbox after the next try, and nothing is left of it', async (t) => {
  const folder = await makeFolder('/tmp/tsm-cni-');
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const plugins = await wrapPlugins(folder, types);
  await using world = await openWorld({ env: { CNI_PATH: plugins.path } });
  const raw = ofPlugins(folder);
  const networks = [bridge(1), raw, bridge(2)];
  const web: SandboxSpec = {
    id: 'web.0',
    ownerUid: 'web',
    mode: 'cni',
    hostname: 'web',
    attachments: networks.map(({ uid }) => ({ network: uid })),
  };
  for (const network of networks) await world.networks.ensure(network);
  for (const type of types) {
    for (const when of ['before', 'after'] as const) {
      const step = `${when} ${type}`;
      await plugins.failNext(type, 'ADD', when);
      const added = await t.throwsAsync(world.sandboxes.ensure(web), { instanceOf: RuntimeError });
      t.is(added.reason, 'CniFailed', step);
      const made = await world.sandboxes.ensure(web);
      t.is([...(await world.ip('-o link', made.netnsPath)).matchAll(/: eth/g)].length, 3, step);
      t.deepEqual(await world.sandboxes.ensure(web), made, step);
      await plugins.failNext(type, 'DEL', when);
      const removed = await t.throwsAsync(world.sandboxes.remove('web.0'), { instanceOf: RuntimeError });
      t.is(removed.reason, 'CniFailed', step);
      // A plugin that is done has nothing to do again, and that is no failure.
      await world.sandboxes.remove('web.0');
      t.deepEqual(await plugins.pending(), [], step);
      t.notRegex(await world.ip('-o link'), /: veth/, step);
    }
  }
  for (const { uid } of networks) await world.networks.remove(uid);
  await world.ip('link del raw0');
  t.deepEqual(await world.leftovers(), []);
});
