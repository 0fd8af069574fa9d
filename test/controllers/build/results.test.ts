import test from 'ava';
import { Results } from '../../../controllers/build/results.ts';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import type { Reader } from '../../../controllers/engine/contract.ts';
import type { Informers } from '../../../controllers/engine/informers.ts';
import { ManualTime } from '../../support/manual-time.ts';

const NO_BUILDS = { list: () => [], get: () => undefined } as unknown as Reader;

test('a record that is deleted while it is looked at is not remembered as there', async (t) => {
  const time = new ManualTime();
  const runtime = createFakeRuntime({ clock: time, timers: time });
  const { images, events, controls } = runtime;
  controls.addResult('sha256:one', {});
  const owner = { kind: 'Build', namespace: 'default', name: 'app', uid: 'u' };
  const request = { name: 'r', owner, labels: {}, platform: 'linux/amd64' };
  await images.receive(
    request,
    async () => ({ digest: 'sha256:one' }),
    () => undefined,
  );
  const results = new Results(images, events);
  using _events = results.source.start(() => undefined, NO_BUILDS, {} as Informers);
  const verify = images.verify.bind(images);
  images.verify = async (record) => {
    const isWhole = await verify(record);
    controls.deleteImage('r');
    await new Promise((resolve) => setImmediate(resolve));
    return isWhole;
  };
  const { signal } = new AbortController();
  t.truthy(await results.find('r', signal));
  t.is(await results.find('r', signal), undefined);
});
