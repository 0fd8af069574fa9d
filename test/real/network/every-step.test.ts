/** Plugins that fail once at every step that there is. */
import { rm } from 'node:fs/promises';
import test from 'ava';
import { RuntimeError } from '../../../runtime/errors.ts';
import { bridge } from '../../suites/networks.ts';
import { makeFolder } from '../../support/interruption.ts';
import { ofPlugins, spec } from './spec.ts';
import { openWorld } from './world.ts';
import { wrapPlugins } from './wrapped-plugins.ts';

const types = ['bridge', 'static', 'host-local', 'tuning'] as const;

test('each plugin fails once at each step, of ADD and of DEL: it is the same sandbox after the next try, and nothing is left of it', async (t) => {
  const folder = await makeFolder('/tmp/tsm-cni-');
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const plugins = await wrapPlugins(folder, types);
  await using world = await openWorld({ env: { CNI_PATH: plugins.path } });
  const raw = ofPlugins(3, folder);
  const networks = [bridge(1), raw, bridge(2)];
  const web = spec('web', networks);
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
