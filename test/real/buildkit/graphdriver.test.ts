/** A dockerd that keeps images in its old store: what it builds comes as an archive. */
import test from 'ava';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createBuilders } from '../../../runtime/buildkit/index.ts';
import { layoutContent } from '../../../runtime/buildkit/local-cache/store.ts';
import { statusOf } from '../../../runtime/buildkit/endpoint/http.ts';
import { built, failureOf } from '../../suites/builders/harness.ts';
import { makeBuildFolder } from '../../support/buildkit/build-folder.ts';
import { startDockerd } from '../../support/buildkit/dockerd.ts';

test('a dockerd with its old store hands an image out as an archive, and keeps nothing of it', async (t) => {
  await using daemon = await startDockerd({ store: 'graphdriver' });
  using builder = createBuilders({ newId: randomUUID, hostId: 'test' }).open(daemon.endpoint);
  const facts = await builder.facts();
  t.is(facts.landing, 'DockerArchive');
  t.is(facts.workers[0]?.executor, 'graphdriver');
  await using folder = await makeBuildFolder({ Dockerfile: 'FROM scratch\nCOPY a /b\n', a: 'a' });
  const path = folder.beside('image.tar');
  const tar = folder.beside('files.tar');
  const request = folder.request({
    outputs: [
      { type: 'archive', format: 'docker', path, name: 'it.test/it:1' },
      { type: 'tar', path: tar },
    ],
  });
  await built(builder, request);
  const { stdout } = await promisify(execFile)('tar', ['xOf', path, 'manifest.json']);
  t.is((JSON.parse(stdout) as unknown[]).length, 1);
  t.true((await readFile(tar)).length > 0);
  const { path: socket } = daemon.endpoint as { readonly path: string };
  t.is(await statusOf(socket, `/images/tsmoby.local/build/${request.id}:latest/json`), 404);
  const content = layoutContent(folder.beside('store'));
  t.like(await failureOf(builder, folder.request({ outputs: [{ type: 'content', content }] })), {
    code: 'Unsupported',
    reason: 'BuilderTooOld',
  });
});
