/**
 * Compose files brought up by docker compose and, converted, by tsmoby: containers see the same from within, end in the same way, and answer the
 * same. Each file says itself what is looked at (`x-look`, `x-ends`, `x-fetch`). A few of them always; with TSMOBY_BESIDE=all every one.
 */
import test from 'ava';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildBusyboxArchive } from '../../tools/busybox-image/archive.ts';
import { openDockerCompose } from '../support/compose/docker.ts';
import type { Peer } from '../support/compose/peer.ts';
import { readProject, type Asked } from '../support/compose/project.ts';
import { openTsmoby } from '../support/compose/tsmoby.ts';
import { freePort } from '../support/free-port.ts';
import { makeFolder, whenInterrupted } from '../support/interruption.ts';

const FILES = join(import.meta.dirname, 'beside');
const REFERENCE = 'tsmoby.dev/busybox:beside';
/** What of all files is looked at when nobody asks for more. */
const ALWAYS: readonly string[] = ['environment', 'files', 'site'];
const everything = process.env['TSMOBY_BESIDE'] === 'all';

/** Why it cannot be done here. */
function lacking(): string | undefined {
  for (const [program, package_] of [
    ['docker-compose', 'docker-compose 2'],
    ['dockerd', 'docker.io'],
    ['iptables', 'iptables'],
  ] as const) {
    try {
      const version = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      if (program !== 'docker-compose' || /\bv?[2-9]\.\d/.test(version)) continue;
    } catch {
      // It is not there.
    }
    return `${package_} is not installed`;
  }
  return undefined;
}

interface World extends AsyncDisposable {
  /** docker compose first. */
  readonly peers: readonly Peer[];
  /** Copies of the files, as what runs may write beside them. */
  readonly folder: string;
}

async function openWorld(): Promise<World> {
  const folder = await makeFolder('/tmp/tsm-beside-');
  const opening = new AsyncDisposableStack();
  const dispose = whenInterrupted(() => opening.disposeAsync());
  try {
    opening.defer(() => rm(folder, { recursive: true, force: true }));
    const [docker, oci] = [join(folder, 'docker.tar'), join(folder, 'oci.tar')];
    const image = {
      name: REFERENCE,
      config: { cmd: ['sleep', '100000'], env: ['FROM_IMAGE=yes'] },
      files: { 'seed/file': 'of the image\n', 'seed/more': { content: 'x', uid: 1000, mode: 0o640 } },
    };
    await buildBusyboxArchive({ ...image, output: docker, format: 'docker' });
    await buildBusyboxArchive({ ...image, output: oci });
    await cp(FILES, join(folder, 'files'), { recursive: true });
    await mkdir(join(folder, 'network'));
    const ours = opening.use(await openTsmoby(oci, REFERENCE, [join(folder, 'files'), '/dev/fuse']));
    const theirs = opening.use(await openDockerCompose(join(folder, 'network'), docker));
    return { peers: [theirs, ours], folder: join(folder, 'files'), [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** All that is looked at, as one text for each question. */
async function seen(peer: Peer, project: Asked): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  await peer.up(project);
  try {
    for (const { name, look, ends } of project.services) {
      if (look !== undefined) answers[`${name}: ${look}`] = await peer.inside(project, name, look);
      if (!ends) continue;
      const { exitCode, output } = await peer.ended(project, name);
      answers[`${name} ended`] = `${exitCode}\n${output}`;
    }
    for (const url of project.urls) answers[url] = await peer.fetch(url);
    return answers;
  } finally {
    await peer.down(project);
  }
}

const reason = lacking();
let world: World | undefined;
test.before('both are there', async () => {
  if (reason === undefined) world = await openWorld();
});
test.after.always('nothing is left', async () => await world?.[Symbol.asyncDispose]());

for (const name of readdirSync(FILES)) {
  const title = `${name}: tsmoby does what docker compose does`;
  if (reason !== undefined) test.skip(`${title} (skipped: ${reason})`, () => undefined);
  else if (!everything && !ALWAYS.includes(name))
    test.skip(`${title} (skipped: only with TSMOBY_BESIDE=all)`, () => undefined);
  else
    test.serial(title, async (t) => {
      const { peers, folder } = world as World;
      const env = { PORT: String(await freePort()), PORT_2: String(await freePort()), ANSWER: '42' };
      const project = await readProject(join(folder, name), env);
      const [theirs = {}, ours = {}] = await Promise.all(peers.map((peer) => seen(peer, project)));
      for (const [question, answer] of Object.entries(theirs)) t.is(ours[question], answer, question);
      t.true(Object.keys(theirs).length > 0);
    });
}
