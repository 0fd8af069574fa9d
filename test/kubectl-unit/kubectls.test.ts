import test from 'ava';
import { join } from 'node:path';
import { findKubectls } from '../kubectl/suite/kubectls.ts';
import { temporaryDirectory } from '../runtime/host/temporary.ts';
import { scriptedKubectl } from './scene.ts';

const says = (version: string): string => `echo "Client Version: v${version}"`;

async function find(own: string | undefined, newer: string | undefined) {
  await using directory = await temporaryDirectory();
  const [ownPath, newerPath] = [join(directory.path, 'own'), join(directory.path, 'newer')];
  if (own !== undefined) await scriptedKubectl(ownPath, says(own));
  if (newer !== undefined) await scriptedKubectl(newerPath, says(newer));
  const { found, missing } = findKubectls(`/nowhere:${ownPath}`, join(newerPath, 'kubectl'));
  const names = found.map(({ binary, version }) => `${version} ${binary.replace(`${directory.path}/`, '')}`);
  return { names, missing };
}

test("the suite runs with the machine's kubectl and with the newer one", async (t) => {
  t.deepEqual(await find('1.32.4', '1.36.1'), { names: ['1.32.4 own/kubectl', '1.36.1 newer/kubectl'], missing: [] });
});

test('two of one version are one: titles of tests are by version', async (t) => {
  t.deepEqual(await find('1.36.1', '1.36.1'), { names: ['1.36.1 own/kubectl'], missing: [] });
});

test('one that is missing or too old is told', async (t) => {
  const { names, missing } = await find('1.20.0', undefined);
  t.deepEqual(names, []);
  t.deepEqual(missing, ["the machine's own kubectl is 1.20.0, older than 1.32", "Debian's newer kubectl is missing"]);
});
