import test from 'ava';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { createHost } from '../../../runtime/host/create-host.ts';
import { makeFolder } from '../../support/interruption.ts';

test("programs are looked for on the daemon's PATH, but not among those of npm's packages", async (t) => {
  const folder = await makeFolder('/tmp/tsn-');
  try {
    const directories = { package: `${folder}/node_modules/.bin`, other: `${folder}/bin` };
    for (const [name, directory] of Object.entries(directories)) {
      await mkdir(directory, { recursive: true });
      await writeFile(`${directory}/nft`, `#!/bin/sh\necho ${name}\n`);
      await chmod(`${directory}/nft`, 0o755);
    }
    const host = createHost({ runDirectory: folder, path: Object.values(directories).join(':') });
    t.is((await host.run('nft', [])).stdout, 'other\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
