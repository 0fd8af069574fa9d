import { chmod, rm, writeFile } from 'node:fs/promises';
import test from 'ava';
import { withoutNewerKubectl } from '../../tools/setup/kubectl.ts';
import { findOnPath, missingFor, requirements, withoutPackages } from '../../tools/setup/requirements.ts';
import { makeFolder } from '../support/interruption.ts';

test('apt is not asked for kubectl, whose absence would keep all other packages from being installed', async (t) => {
  t.false(requirements.some((each) => each.package === 'kubectl'));
  const missing = await missingFor('test', '/nowhere');
  t.true(missing.some(({ program }) => program === 'containerd'));
  t.false(missing.some(({ program }) => program === 'kubectl'));
});

test('when Debian’s kubectl cannot be had, it is told whether there is another, and what fails without one', async (t) => {
  const error = new Error('no network');
  const own = await findOnPath('sh', '/nowhere:/bin');
  t.is(own, '/bin/sh');
  t.regex(withoutNewerKubectl(own, error), /^tests use \/bin\/sh alone: .*no network$/);
  t.regex(
    withoutNewerKubectl(undefined, error),
    /there is no kubectl on PATH.*: no network\n.*suite\.test\.ts will fail/s,
  );
});

test('what networks need is asked for by quickstart and tests, what only stands beside them by tests alone', async (t) => {
  const packages = async (purpose: 'quickstart' | 'test') =>
    (await missingFor(purpose, '/nowhere')).map((missing) => missing.package);
  const network = ['nftables', 'conntrack', 'iproute2'];
  const [quickstart, tests] = [await packages('quickstart'), await packages('test')];
  t.deepEqual(
    network.filter((name) => !quickstart.includes(name) || !tests.includes(name)),
    [],
  );
  t.true(tests.includes('iptables'));
  t.false(quickstart.includes('iptables'));
  const plugins = requirements.find((each) => each.package === 'containernetworking-plugins');
  t.deepEqual(plugins?.purposes, ['quickstart', 'test']);
});

test('a dockerd whose images cannot be in containerd is as good as none', async (t) => {
  const folder = await makeFolder('/tmp/tsm-req-');
  try {
    const asked = async (version: string): Promise<boolean> => {
      await writeFile(`${folder}/dockerd`, `#!/bin/sh\necho 'Docker version ${version}, build 1'\n`);
      await chmod(`${folder}/dockerd`, 0o755);
      return (await missingFor('quickstart', folder)).some((missing) => missing.package === 'docker.io');
    };
    t.true(await asked('20.10.24+dfsg1'));
    t.false(await asked('26.1.5+dfsg1'));
    t.false(await asked('28.5.2'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('programs are not looked for among those of npm’s packages, of which one is called nft', (t) => {
  t.is(withoutPackages('/a/node_modules/.bin:/usr/bin:/b/node_modules/.bin/:/bin'), '/usr/bin:/bin');
});
