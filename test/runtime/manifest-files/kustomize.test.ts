import test from 'ava';
import { generateX25519Identity, identityToRecipient, Encrypter } from 'age-encryption';
import { existsSync } from 'node:fs';
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../../runtime/errors.ts';
import { createOnDisk, messagesOf, pathsOf, type OnDisk } from './on-disk.ts';

async function overlay(): Promise<OnDisk> {
  const disk = await createOnDisk();
  await disk.write('base/kustomization.yaml', 'resources: [a.yaml]\n');
  await disk.write('base/a.yaml', 'kind: A\n');
  await disk.write('prod/kustomization.yaml', 'resources:\n- ../base\n- b.yaml\n');
  await disk.write('prod/b.yaml', 'kind: B\n');
  await disk.write('prod/below/c.yaml', 'kind: C\n');
  await disk.write('other/d.yaml', 'kind: D\n');
  disk.kubectl = async (directory) => `${await readFile(join(directory, '../base/a.yaml'), 'utf8')}---\nbuilt: 1\n`;
  return disk;
}

test('a directory with a kustomization is built and is one file, and nothing below it is read', async (t) => {
  await using disk = await overlay();
  const read = await disk.read({ subdirectory: 'prod' });
  t.deepEqual(messagesOf(read), []);
  t.deepEqual(pathsOf(read), ['prod/kustomization.yaml']);
  t.is(Buffer.from(read.files[0]?.bytes ?? []).toString(), 'kind: A\n---\nbuilt: 1\n');
  t.is(read.files[0]?.directory, join(disk.root, 'prod'));
  t.deepEqual(pathsOf(await disk.read()), ['base/kustomization.yaml', 'other/d.yaml', 'prod/kustomization.yaml']);
  t.deepEqual(await readdir(disk.scratch), []);
});

test('it is built again only when a file changed that it may read, also one elsewhere', async (t) => {
  await using disk = await overlay();
  const first = await disk.read({ subdirectory: 'prod' });
  await disk.write('other/d.yaml', 'kind: X\n');
  const second = await disk.read({ subdirectory: 'prod' });
  t.is(second.files[0], first.files[0]);
  t.is(disk.builds, 1);
  await disk.write('base/a.yaml', 'kind: A2\n');
  const third = await disk.read({ subdirectory: 'prod' });
  t.is(disk.builds, 2);
  t.not(third.digest, first.digest);
  await disk.write('prod/below/c.yaml', 'kind: C2\n');
  t.is((await disk.read({ subdirectory: 'prod' })).files[0], third.files[0]);
  t.is(disk.builds, 3);
});

test('what it must not reach is refused with its place, and nothing is run', async (t) => {
  await using disk = await overlay();
  for (const [reference, what] of [
    ['https://example.com/a.yaml', /is fetched from elsewhere/],
    ['github.com/a/b//c?ref=v1', /is fetched from elsewhere/],
    ['git@example.com:a/b', /is fetched from elsewhere/],
    ['../../elsewhere', /leads out of the directory/],
    ['/etc/passwd', /leads out of the directory/],
  ] as const) {
    await disk.write('prod/kustomization.yaml', `resources:\n- b.yaml\n- ${reference}\n`);
    const [message = ''] = messagesOf(await disk.read({ subdirectory: 'prod' }));
    t.regex(message, what);
    t.true(message.startsWith('prod/kustomization.yaml:3:3: '), message);
  }
  t.is(disk.builds, 0);
});

test('a link that leads out of the directory is not built', async (t) => {
  await using disk = await overlay();
  await writeFile(join(disk.root, '..', 'secret.env'), 'A=1\n');
  await symlink('../../secret.env', join(disk.root, 'prod', 'secret.env'));
  const { problems } = await disk.read({ subdirectory: 'prod' });
  t.like(problems[0], { path: 'prod/kustomization.yaml', heals: false });
  t.regex(problems[0]?.message ?? '', /^prod\/secret\.env:1:1: it is a link that leads out/);
});

test('without kubectl it is said what to do, and tried again', async (t) => {
  await using disk = await overlay();
  const { kubectl } = disk;
  disk.kubectl = () => {
    throw new RuntimeError('Unsupported', 'kubectl is not installed, or not on PATH');
  };
  const { problems } = await disk.read({ subdirectory: 'prod' });
  t.like(problems[0], { path: 'prod/kustomization.yaml', heals: true });
  t.regex(problems[0]?.message ?? '', /^prod\/kustomization\.yaml:1:1: kubectl is not installed/);
  disk.kubectl = kubectl;
  t.deepEqual(messagesOf(await disk.read({ subdirectory: 'prod' })), []);
});

test('what kustomize says is told with the file that it is about, and asked once', async (t) => {
  await using disk = await overlay();
  disk.kubectl = (directory) => {
    const said = `error: accumulating resources: accumulation err='accumulating resources from 'b.yaml': ${directory}/b.yaml: yaml: line 7: bad'`;
    throw new RuntimeError('Internal', `kubectl kustomize ${directory} ended with 1: ${said}`);
  };
  const { problems } = await disk.read({ subdirectory: 'prod' });
  t.is(
    problems[0]?.message,
    "prod/b.yaml:7:1: accumulating resources: accumulation err='accumulating resources from 'b.yaml': prod/b.yaml: yaml: line 7: bad'",
  );
  t.is(problems[0]?.path, 'prod/kustomization.yaml');
  await disk.read({ subdirectory: 'prod' });
  t.is(disk.builds, 1);
});

test('encrypted files are decrypted before they are built, and a component is nothing by itself', async (t) => {
  await using disk = await overlay();
  const identity = await generateX25519Identity();
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  await disk.write('base/a.yaml', await encrypter.encrypt('kind: Opened\n'));
  await disk.write('part/kustomization.yaml', 'kind: Component\n');
  const read = await disk.read({ ageIdentities: [identity] });
  t.deepEqual(messagesOf(read), []);
  t.true(pathsOf(read).includes('prod/kustomization.yaml'));
  t.false(pathsOf(read).includes('part/kustomization.yaml'));
  t.regex(Buffer.from(read.files.at(-1)?.bytes ?? []).toString(), /Opened/);
  t.false(existsSync(join(disk.scratch, 'base')));
});
