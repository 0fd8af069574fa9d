import test from 'ava';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Build, BuildStatus } from '../../schemas/gen/types.ts';
import { parseProgressLine, progressLine } from '../../schemas/values/build-progress/json.ts';
import { begin, end, output, step } from '../schemas/values/build-progress/entries.ts';
import { makeFolder } from '../support/interruption.ts';
import { TerminalScreen } from '../support/terminal-screen.ts';
import { BUILD, openBuildWorld, type BuildWorld } from './build-world.ts';
import { runLine } from './world.ts';

const ENTRIES = [
  begin('default/app, build 2', 'the context changed'),
  step('a', 'RUN a', { from: 0 }),
  output('a', 1, 'hello\n'),
  step('a', 'RUN a', { from: 0, to: 2 }),
  end(2),
];
const TEXT = '#0 default/app, build 2: the context changed\n\n#1 RUN a\n#1 1.000 hello\n#1 DONE 2.0s\n';

interface World extends BuildWorld {
  readonly build: Build;
}

async function openWorld(status?: Partial<BuildStatus>): Promise<World> {
  const world = await openBuildWorld();
  const metadata = { namespace: 'default', name: 'app' };
  const build = await world.api.client('admin').create<Build>({ ...BUILD, metadata, spec: {} });
  if (status !== undefined) await world.setStatus(build, status);
  return { ...world, build };
}

const SUCCEEDED = { lastBuild: { number: 2, phase: 'Succeeded' } };
const RUNNING = { lastBuild: { number: 2, phase: 'Running' } };

test('logs of a Build are lines for people, or its entries as JSON, of the newest build or another one', async (t) => {
  await using world = await openWorld(SUCCEEDED);
  await (await world.write(world.build, 2, ENTRIES)).close();
  await (await world.write(world.build, 1, ENTRIES.slice(1))).close();
  t.deepEqual(await world.tsmoby(['logs', 'build/app']), { code: 0, stdout: TEXT, stderr: '' });
  t.is((await world.tsmoby(['logs', 'builds.tsmoby.dev/app', '--build=1'])).stdout, TEXT.slice(TEXT.indexOf('#1')));
  const json = await world.tsmoby(['logs', 'bld/app', '--progress=json']);
  t.deepEqual(json.stdout.trimEnd().split('\n').map(parseProgressLine), ENTRIES);
});

test('-f goes on to the end of the build', async (t) => {
  await using world = await openWorld(RUNNING);
  const writer = await world.write(world.build, 2, ENTRIES.slice(0, 2));
  const seen = Promise.withResolvers<void>();
  const running = world.tsmoby(['logs', 'build/app', '-f'], {
    onOutput: (all) => all.includes('#1 RUN a') && seen.resolve(),
  });
  await seen.promise;
  for (const entry of ENTRIES.slice(2)) writer.add(entry);
  t.deepEqual(await running, { code: 0, stdout: TEXT, stderr: '' });
});

test('-f waits for the first build', async (t) => {
  await using world = await openWorld();
  const refusal = await world.tsmoby(['logs', 'build/app']);
  t.is(refusal.code, 1);
  t.regex(refusal.stderr, /build "app" has built nothing yet/);
  const waits = Promise.withResolvers<void>();
  const running = world.tsmoby(['logs', 'build/app', '-f'], { onErrors: () => waits.resolve() });
  await waits.promise;
  await world.write(world.build, 1, ENTRIES);
  await world.setStatus(world.build, { lastBuild: { number: 1, phase: 'Running' } });
  const { code, stdout, stderr } = await running;
  t.deepEqual({ code, stdout }, { code: 0, stdout: TEXT });
  t.is(stderr, 'build "app" has built nothing yet, waiting for it\n');
});

test('a log that a killed daemon left in the middle ends when its build does not run any more', async (t) => {
  await using world = await openWorld({ lastBuild: { number: 2, phase: 'Interrupted' } });
  await (await world.write(world.build, 2, ENTRIES.slice(0, 3))).close();
  const { code, stdout } = await world.tsmoby(['logs', 'build/app', '-f']);
  t.deepEqual({ code, stdout }, { code: 0, stdout: TEXT.slice(0, TEXT.indexOf('#1 DONE')) });
});

test('on a terminal -f draws steps in place, and leaves the whole list', async (t) => {
  await using world = await openWorld(SUCCEEDED);
  await (await world.write(world.build, 2, ENTRIES)).close();
  const screen = new TerminalScreen(40, 24);
  await world.tsmoby(['logs', 'build/app', '-f'], {
    columns: 40,
    onOutput: (all) => {
      if (screen.written === all) return;
      screen.write(all.slice(screen.written.length));
    },
  });
  t.is(screen.text(), '[+] Building 2.0s (1/1) FINISHED\n => RUN a                           2.0s');
  t.true(screen.cursorShown);
});

for (const [line, message] of [
  [['build/app', 'web'], 'logs of builds and of containers are two commands: "web"'],
  [['build/app', '--tail=3'], '--tail is for containers'],
  [['web', '--build=3'], '--build is for builds: write build/NAME'],
  [['build/'], '"build/": the name of the build is missing'],
  [['build/app', '-f', '--progress=tty'], '--progress=tty: there is no terminal to draw on'],
  [['build/app', '--build=0'], '--build must be greater than or equal to 1'],
] as const) {
  test(`logs ${line.join(' ')} is refused`, async (t) => {
    await using world = await openWorld(SUCCEEDED);
    const { code, stderr } = await world.tsmoby(['logs', ...line]);
    t.is(code, 1);
    t.true(stderr.startsWith(`error: ${message}\n`), stderr);
  });
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

test('-f goes on behind the last entry when the connection breaks, and doubles none', async (t) => {
  const directory = await makeFolder('/tmp/tsm-blog-');
  const lines = ENTRIES.map(progressLine);
  const answers: Answer[] = [
    (_, response) =>
      response.write(`${lines.slice(0, 2).join('')}{"type":"lo`, () => setTimeout(() => response.destroy(), 20)),
    (_, response) => void response.end(lines.slice(0, 3).join('')),
    (_, response) => void response.end(lines.join('')),
  ];
  const path = '/apis/tsmoby.dev/v1alpha1/namespaces/default/builds/app';
  const asked: string[] = [];
  const server = createServer((request, response) => {
    if (request.url === path) {
      response.end(
        JSON.stringify({ ...BUILD, metadata: { name: 'app', namespace: 'default' }, spec: {}, status: RUNNING }),
      );
      return;
    }
    asked.push(request.url ?? '');
    answers.shift()?.(request, response);
  });
  const socket = join(directory, 's');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    const run = await runLine(['logs', 'build/app', '-f'], { env: { TSMOBY_HOST: `unix://${socket}` } });
    t.deepEqual(run, { code: 0, stdout: TEXT, stderr: '' });
    t.deepEqual(
      asked,
      Array.from({ length: 3 }, () => `${path}/log?format=json&build=2&follow=true`),
    );
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  }
});
