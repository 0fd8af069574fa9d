import test from 'ava';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { MANIFEST_TYPE, registrySuite } from '../../suites/registry.ts';
import { createManualTime } from './manual-time.ts';

const credentials = { username: 'reader', password: 's3cret' };

for (const secured of [false, true]) {
  registrySuite(test, secured ? 'fake with credentials' : 'fake', async () => {
    const time = createManualTime();
    const { registry } = createFakeRuntime({ clock: time, timers: time });
    return {
      registry,
      ...(secured ? { credentials } : {}),
      async push(repository, tag, manifest, blobs) {
        const reference = `fake.example/${repository}:${tag}`;
        for (const blob of blobs) registry.add(blob, 'application/octet-stream');
        registry.add(manifest, MANIFEST_TYPE, reference, secured ? credentials : undefined);
        return reference;
      },
      async [Symbol.asyncDispose]() {},
    };
  });
}
