import test from 'ava';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import { manifestFilesSuite } from '../../suites/manifest-files.ts';
import { createManualTime } from './manual-time.ts';

function createFake() {
  const time = createManualTime();
  return createFakeRuntime({ clock: time, timers: time }).manifestFiles;
}

manifestFilesSuite(test, 'fake', async () => {
  const manifests = createFake();
  return {
    manifests,
    directory: (name) => `/machine/${name}`,
    async write(directory, path, text) {
      manifests.write(directory, path, text);
    },
    async delete(directory, path) {
      manifests.delete(directory, path);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
});

test('a spoilt file is a problem until it is written again', async (t) => {
  const manifests = createFake();
  manifests.write('/m', 'a.yaml', 'a: 1\n');
  manifests.spoil('/m', 'a.yaml', 'is half written', true);
  const read = await manifests.read('/m', {});
  t.deepEqual(read.files, []);
  t.deepEqual(read.problems, [{ path: 'a.yaml', message: 'a.yaml:1:1: is half written', heals: true }]);
  manifests.write('/m', 'a.yaml', 'a: 1\n');
  t.is((await manifests.read('/m', {})).files.length, 1);
});

test('a file that moves is read at its new place', async (t) => {
  const manifests = createFake();
  manifests.write('/m', 'a.yaml', 'a: 1\n');
  manifests.move('/m', 'a.yaml', 'b/c.yaml', '/n');
  t.deepEqual((await manifests.read('/m', {})).files, []);
  t.deepEqual(
    (await manifests.read('/n', {})).files.map(({ path, directory }) => [path, directory]),
    [['b/c.yaml', '/n/b']],
  );
});
