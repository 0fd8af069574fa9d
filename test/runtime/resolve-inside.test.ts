import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { resolveInside } from '../../runtime/resolve-inside.ts';
import { RuntimeError } from '../../runtime/errors.ts';
import { temporaryDirectory } from './host/temporary.ts';

async function makeRoot(path: string): Promise<void> {
  const links: Record<string, string> = {
    'etc/passwd': '../../../../etc/real',
    absolute: '/etc/real',
    up: '../../..',
    loop: 'loop',
    'var/run': '/run',
    chain: 'var/run/x',
  };
  await mkdir(join(path, 'run'), { recursive: true });
  await mkdir(join(path, 'etc'), { recursive: true });
  await writeFile(join(path, 'etc/real'), 'inside');
  await writeFile(join(path, 'run/x'), 'x');
  for (const [name, target] of Object.entries(links)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await symlink(target, join(path, name));
  }
}

const rows: readonly (readonly [asked: string, found: string | undefined])[] = [
  ['/etc/passwd', 'etc/real'],
  ['etc/passwd', 'etc/real'],
  ['/absolute', 'etc/real'],
  ['/up/etc/real', 'etc/real'],
  ['/up', ''],
  ['/chain', 'run/x'],
  ['/var/run/../etc/real', 'etc/real'],
  ['/../../etc/real', 'etc/real'],
  ['/', ''],
  ['/etc/none', undefined],
  ['/etc/real/below', undefined],
];

for (const [asked, found] of rows) {
  test(`${asked} is ${found ?? 'nothing'} inside of the root`, async (t) => {
    await using directory = await temporaryDirectory();
    await makeRoot(directory.path);
    t.is(await resolveInside(directory.path, asked), found);
  });
}

test('a loop of links is an error, not an endless walk', async (t) => {
  await using directory = await temporaryDirectory();
  await makeRoot(directory.path);
  const error = await t.throwsAsync(resolveInside(directory.path, '/loop/x'), { instanceOf: RuntimeError });
  t.is(error.code, 'InvalidArgument');
});

test('no path made of names, dots and links leads out of the root', async (t) => {
  await using directory = await temporaryDirectory();
  await makeRoot(directory.path);
  const parts = fc.array(fc.constantFrom('..', '.', '', 'etc', 'up', 'var', 'run', 'absolute', 'passwd', 'chain'), {
    maxLength: 12,
  });
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(parts, async (words) => {
        const found = await resolveInside(directory.path, words.join('/'));
        return found === undefined || !found.split('/').includes('..');
      }),
    ),
  );
});
