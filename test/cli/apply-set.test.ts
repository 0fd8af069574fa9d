/** `tsmoby apply --prune --wait` against a real daemon: what left the files is gone from the machine, and data stays. */
import test from 'ava';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Volume } from '../../schemas/gen/types.ts';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { runLine, type Run } from '../cli-unit/world.ts';
import { startTestDaemon } from '../support/daemon.ts';
import { assertHoldsNothing } from '../support/daemon/scenario.ts';

const TSMOBY = 'apiVersion: tsmoby.dev/v1alpha1';
const IMAGE = `${TSMOBY}\nkind: Image\nmetadata: { name: busybox }\nspec: { reference: busybox, archive: { path: busybox.tar } }\n`;
const VOLUME = `${TSMOBY}\nkind: Volume\nmetadata: { name: data }\nspec: {}\n`;
const WRITER = `${TSMOBY}
kind: Container
metadata: { name: writer }
spec:
  image: busybox
  command: [sh, -c, 'echo kept > /data/file; exec sleep 600']
  terminationGracePeriodSeconds: 0
  volumes: [{ name: data, volume: { name: data } }]
  volumeMounts: [{ name: data, mountPath: /data }]
  readinessProbe: { exec: { command: [test, -e, /data/file] }, periodSeconds: 1 }
`;
const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n';

test('containers that left the files are gone, the data of volumes stays, and what stays is waited for', async (t) => {
  await using daemon = await startTestDaemon();
  const { folder, socketPath } = daemon;
  await buildBusyboxArchive({ output: join(folder, 'busybox.tar'), name: 'busybox:latest' });
  const apply = async (...texts: readonly string[]): Promise<Run> => {
    await writeFile(join(folder, 'all.yaml'), texts.join('---\n'));
    const line = ['apply', '-f', 'all.yaml', '--prune', '--applyset=all', '--wait', '--timeout=120s'];
    return await runLine(line, { cwd: folder, env: { TSMOBY_HOST: `unix://${socketPath}` } });
  };
  const first = await apply(IMAGE, VOLUME, WRITER, CONFIG);
  t.is(first.code, 0, first.stderr);
  t.regex(first.stdout, /container\.tsmoby\.dev\/writer is ready\n/);
  const ref = { apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Volume', namespace: 'default', name: 'data' };
  const { status } = await daemon.client.get<Volume>(ref);
  const file = join(status?.path ?? '', 'file');
  t.true(existsSync(file));
  const second = await apply(CONFIG);
  t.is(second.code, 0, second.stderr);
  t.regex(second.stdout, /volume\.tsmoby\.dev\/data pruned \(its data stays: spec\.reclaimPolicy is Retain\)\n/);
  for (const name of ['container.tsmoby.dev/writer', 'volume.tsmoby.dev/data', 'image.tsmoby.dev/busybox'])
    t.true(second.stdout.includes(`${name} is gone\n`), second.stdout);
  await assertHoldsNothing(daemon);
  t.true(existsSync(file));
});
