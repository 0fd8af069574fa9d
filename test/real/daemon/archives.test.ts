import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Image } from '../../../schemas/gen/types.ts';
import { buildBusyboxArchive, writeArchive } from '../../../tools/busybox-image/archive.ts';
import { buildBusyboxImage, type BuiltImage } from '../../../tools/busybox-image/image.ts';
import { onDaemon } from '../../support/daemon/scenario.ts';
import type { Space } from '../../support/daemon/space.ts';

const scenario = onDaemon(test);

const marked = (text: string): Promise<BuiltImage> => buildBusyboxImage({ files: { 'etc/mark': text } });

const declare = (space: Space, name: string, spec: object): Promise<Image> =>
  space.apply<Image>({ kind: 'Image', name, spec });

const mark = (space: Space, name: string, reference: string): Promise<string> =>
  space.shell(name, 'cat /etc/mark', { image: reference });

scenario('OCI and docker archives are read, and one of several images is chosen', async (t, space) => {
  const { folder } = space.daemon;
  const [one, two] = [await marked('one'), await marked('two')];
  const several = join(folder, 'several.tar');
  await writeArchive(several, [
    { image: one, name: 'team/app:one' },
    { image: two, name: 'team/app:two' },
  ]);
  const docker = join(folder, 'docker.tar');
  await buildBusyboxArchive({
    output: docker,
    name: 'team/docker:v1',
    format: 'docker',
    files: { 'etc/mark': 'docker' },
  });
  await declare(space, 'two', { reference: 'local/two:v1', archive: { path: several, select: 'team/app:two' } });
  await declare(space, 'docker', { reference: 'local/docker:v1', archive: { path: docker } });
  await declare(space, 'ambiguous', { reference: 'local/x:v1', archive: { path: several } });
  await declare(space, 'absent', { reference: 'local/y:v1', archive: { path: several, select: 'team/app:three' } });
  await Promise.all(['two', 'docker'].map((name) => space.ready('Image', name)));
  t.is(await mark(space, 'run-two', 'local/two:v1'), 'two');
  t.is(await mark(space, 'run-docker', 'local/docker:v1'), 'docker');
  await reasonOf(space, 'ambiguous', /ImageAmbiguous/);
  await reasonOf(space, 'absent', /ImageNotInArchive/);
});

scenario(
  'an archive that is missing, cut off, damaged or none is told, and read when it is whole',
  async (t, space) => {
    const { folder } = space.daemon;
    const one = await marked('damaged');
    const good = join(folder, 'good.tar');
    await writeArchive(good, [{ image: one, name: 'team/app:one' }]);
    const cut = join(folder, 'cut.tar');
    const whole = await readFile(good);
    await writeFile(cut, whole);
    await truncate(cut, Math.floor(whole.length / 2));
    const text = join(folder, 'text.tar');
    await writeFile(text, 'this is no archive\n'.repeat(100));
    const wrong = join(folder, 'wrong.tar');
    const bytes = await readFile(good);
    const layer = one.blobs.get(one.layers[1]?.digest ?? '') ?? Buffer.alloc(0);
    const damaged = bytes.indexOf(layer) + Math.floor(layer.length / 2);
    bytes.writeUInt8(bytes.readUInt8(damaged) ^ 0xff, damaged);
    await writeFile(wrong, bytes);
    const bad = { missing: join(folder, 'nowhere.tar'), cut, text, wrong };
    const reasons = {
      missing: /ArchiveNotFound/,
      cut: /ArchiveBroken|ArchiveInvalid/,
      text: /ArchiveInvalid|ArchiveBroken/,
      wrong: /DigestMismatch|ArchiveBroken/,
    };
    for (const [name, path] of Object.entries(bad)) {
      await declare(space, name, {
        reference: `local/${name}:v1`,
        archive: { path },
      });
      await reasonOf(space, name, reasons[name as keyof typeof reasons]);
    }
    await writeFile(cut, whole);
    await writeFile(bad.missing, whole);
    for (const name of ['cut', 'missing']) {
      await declare(space, name, { reference: `local/${name}:v2`, archive: { path: bad[name as 'cut'] } });
      await space.ready('Image', name);
    }
    t.pass();
  },
);

/** Until a condition gives one of these reasons, and Ready is not True. */
async function reasonOf(space: Space, name: string, reasons: RegExp): Promise<void> {
  await space.until<Image>('Image', name, `says ${String(reasons)}`, ({ status }) =>
    (status?.conditions ?? []).some(
      ({ type, status: value, reason }) => type === 'Ready' && value === 'False' && reasons.test(reason),
    ),
  );
}
