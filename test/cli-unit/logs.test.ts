import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import test from 'ava';
import { linesIn } from '../../cli/commands/logs/lines-in.ts';
import { SeenLines } from '../../cli/commands/logs/seen-lines.ts';
import { makeFolder } from '../support/interruption.ts';
import { runLine, type Run } from './world.ts';

const LOG = '/apis/tsmoby.dev/v1alpha1/namespaces/default/containers/web/log';
const OBJECT = '/apis/tsmoby.dev/v1alpha1/namespaces/default/containers/web';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that answers the n-th request for the log in the n-th way, and tells what was asked. */
async function withLogServer(
  answers: readonly Answer[],
  phase: string,
  use: (tsmoby: (...line: string[]) => Promise<Run>, asked: readonly URLSearchParams[]) => Promise<void>,
): Promise<void> {
  const directory = await makeFolder('/tmp/tsm-log-');
  const asked: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    if (url.pathname === OBJECT) {
      const metadata = { name: 'web', namespace: 'default' };
      response.end(
        JSON.stringify({ apiVersion: 'tsmoby.dev/v1alpha1', kind: 'Container', metadata, status: { phase } }),
      );
      return;
    }
    if (url.pathname !== LOG) throw new Error(`nobody should ask for ${url.pathname}`);
    asked.push(url.searchParams);
    answers[asked.length - 1]?.(request, response);
  });
  const socket = join(directory, 's');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    await use((...line) => runLine(['logs', ...line], { env: { TSMOBY_HOST: `unix://${socket}` } }), asked);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  }
}

const time = (second: number, nanos = 0): string =>
  `2026-01-01T00:00:0${String(second)}.${String(nanos).padStart(9, '0')}Z`;

const ends =
  (...lines: string[]): Answer =>
  (_, response) =>
    response.end(lines.map((line) => `${line}\n`).join(''));

/** The lines, and then the connection dies in the middle of one. */
const breaks =
  (...lines: string[]): Answer =>
  (_, response) => {
    response.write(`${lines.join('\n')}\n2026-01-01T00`, () => setTimeout(() => response.destroy(), 20));
  };

test('logs prints what the server sends, byte for byte', async (t) => {
  await withLogServer(
    [(_, response) => response.end(Buffer.from('a\nb without end'))],
    'Running',
    async (tsmoby, asked) => {
      t.deepEqual(await tsmoby('web'), { code: 0, stdout: 'a\nb without end', stderr: '' });
      t.is(asked[0]?.toString(), '');
    },
  );
});

test('every flag becomes its parameter', async (t) => {
  await withLogServer([ends(), ends()], 'Running', async (tsmoby, asked) => {
    await tsmoby('container/web', '--tail=5', '--since=90s', '--timestamps', '-p', '--limit-bytes=10');
    t.is(asked[0]?.toString(), 'timestamps=true&previous=true&tailLines=5&sinceSeconds=90&limitBytes=10');
    await tsmoby('web', '--tail=-1', '--since-time=2026-01-01T00:00:00Z');
    t.is(asked[1]?.toString(), 'sinceTime=2026-01-01T00%3A00%3A00Z');
  });
});

test('--prefix stands before each line', async (t) => {
  await withLogServer([ends('a', 'b')], 'Running', async (tsmoby) => {
    t.is((await tsmoby('web', '--prefix')).stdout, '[container/web] a\n[container/web] b\n');
  });
});

test('-f goes on behind the last line when the connection breaks, and doubles none', async (t) => {
  const answers = [
    breaks(`${time(1)} one`, `${time(2, 5)} two`, `${time(2, 5)} two again`),
    // asked for whole seconds, the server sends some lines a second time
    breaks(
      `${time(2, 1)} never seen, but older`,
      `${time(2, 5)} two`,
      `${time(2, 5)} two again`,
      `${time(2, 5)} a third`,
    ),
    ends(`${time(2, 5)} two`, `${time(2, 5)} two again`, `${time(2, 5)} a third`, `${time(3)} last`),
  ];
  await withLogServer(answers, 'Succeeded', async (tsmoby, asked) => {
    const run = await tsmoby('web', '-f', '--tail=10');
    t.deepEqual(run, { code: 0, stdout: 'one\ntwo\ntwo again\na third\nlast\n', stderr: '' });
    t.deepEqual(asked.map(String), [
      'timestamps=true&tailLines=10&follow=true',
      'follow=true&timestamps=true&sinceTime=2026-01-01T00%3A00%3A02Z',
      'follow=true&timestamps=true&sinceTime=2026-01-01T00%3A00%3A02Z',
    ]);
  });
});

test('-f asks again when the daemon ends the stream of a container that runs', async (t) => {
  const answers = [
    ends(`${time(1)} one`),
    ends(`${time(1)} one`, `${time(2)} two`),
    (_: IncomingMessage, response: ServerResponse) => {
      response.statusCode = 404;
      response.end(JSON.stringify({ kind: 'Status', reason: 'NotFound', message: 'gone', code: 404 }));
    },
  ];
  await withLogServer(answers, 'Running', async (tsmoby) => {
    t.deepEqual(await tsmoby('web', '-f', '--timestamps'), {
      code: 0,
      stdout: `${time(1)} one\n${time(2)} two\n`,
      stderr: '',
    });
  });
});

test('-f of a container that is not there fails at once', async (t) => {
  const missing: Answer = (_, response) => {
    response.statusCode = 404;
    const message = 'containers.tsmoby.dev "web" not found';
    response.end(JSON.stringify({ kind: 'Status', reason: 'NotFound', message, code: 404 }));
  };
  await withLogServer([missing], 'Running', async (tsmoby) => {
    t.deepEqual(await tsmoby('web', '-f'), {
      code: 1,
      stdout: '',
      stderr: 'Error from server (NotFound): containers.tsmoby.dev "web" not found\n',
    });
  });
});

test('--limit-bytes counts bytes that are printed', async (t) => {
  await withLogServer([ends(`${time(1)} one`, `${time(2)} two`)], 'Running', async (tsmoby, asked) => {
    t.is((await tsmoby('web', '-f', '--limit-bytes=6')).stdout, 'one\ntw');
    t.false(asked[0]?.has('limitBytes'));
  });
});

test('flags that make no sense are refused before anybody is asked', async (t) => {
  const refused = async (...line: string[]): Promise<string> =>
    (await runLine(['logs', ...line])).stderr.split('\n')[0] ?? '';
  t.is(await refused(), 'error: you must name a container: tsmoby logs NAME');
  t.is(
    await refused('a', '--since=1s', '--since-time=2026-01-01T00:00:00Z'),
    'error: at most one of --since and --since-time may be used',
  );
  t.is(
    await refused('a', '--since-time=yesterday'),
    'error: --since-time yesterday: write it like 2026-01-31T12:00:00Z',
  );
  t.is(await refused('a', '--tail=-2'), 'error: --tail must be greater than or equal to -1');
  t.is(await refused('image/a'), 'error: only containers have logs: "image/a" is none; write NAME or container/NAME');
});

test('lines come whole, however the bytes are cut', async (t) => {
  const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 20 });
  const bytes = fc
    .uint8Array({ maxLength: 60 })
    .map((array) => Buffer.from(array.map((byte) => (byte % 5 === 0 ? 10 : byte))));
  await fc.assert(
    fc.asyncProperty(bytes, cuts, async (text, sizes) => {
      const lines: Buffer[] = [];
      for await (const line of linesIn(pieces(text, sizes))) lines.push(line);
      t.deepEqual(Buffer.concat(lines), text);
      t.true(lines.slice(0, -1).every((line) => line.indexOf(10) === line.length - 1));
    }),
  );
});

async function* pieces(text: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    yield text.subarray(at, at + size);
    at += size;
  }
  yield text.subarray(at);
}

test('over any breaks of the connection, each line is new exactly once', (t) => {
  const gaps = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 30 });
  const breaksAt = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 });
  fc.assert(
    fc.property(gaps, breaksAt, (steps, points) => {
      let clock = 0;
      const log = steps.map((step, at) => {
        clock += step * 400_000_000;
        const second = Math.floor(clock / 1e9);
        const stamp = `2026-01-01T00:00:${String(second).padStart(2, '0')}.${String(clock % 1e9).padStart(9, '0')}Z`;
        return { stamp, second: stamp.slice(0, 19), line: Buffer.from(`${stamp} ${String(at)}\n`) };
      });
      const seen = new SeenLines();
      const shown: string[] = [];
      const read = (until: number): void => {
        const since = seen.resumeAt()?.slice(0, 19) ?? '';
        for (const { line, second } of log.slice(0, until)) {
          if (second < since) continue;
          const { isNew, text } = seen.look(line);
          if (isNew) shown.push(text.toString().trim());
        }
        seen.reconnect();
      };
      // a log only grows
      for (const point of [...points].sort((a, b) => a - b)) read(point);
      read(log.length);
      t.deepEqual(
        shown,
        log.map((_, at) => String(at)),
      );
    }),
  );
});
