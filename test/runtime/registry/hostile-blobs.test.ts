import test from 'ava';
import { collect } from '../../suites/registry.ts';
import { against, blob, blobDescriptor, failure } from './hostile-world.ts';
import { sendBlob } from './memory-registry.ts';

test('a registry that stops in the middle of a blob is DeadlineExceeded; a slow reader is not', async (t) => {
  await against(
    (_request, response, path) => {
      response.writeHead(200, { 'content-length': blob.length });
      if (path.endsWith(blobDescriptor.digest)) response.write(blob.subarray(0, 1000));
    },
    async ({ registry, target }) => {
      const pieces = await registry.blob(target, blobDescriptor, 0);
      let received = 0;
      const reading = (async () => {
        for await (const piece of pieces) {
          received += piece.length;
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
      })();
      const started = Date.now();
      t.is((await failure(t, reading)).code, 'DeadlineExceeded');
      t.is(received, 1000);
      t.true(Date.now() - started >= 1500);
    },
    { stallTimeoutMs: 600 },
  );
});

test('a blob that breaks off is taken up where it broke', async (t) => {
  let asked = 0;
  await against(
    (request, response) => {
      if (++asked > 3) return sendBlob(request, response, blob);
      const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
      const headers = {
        'content-length': blob.length - start,
        'content-range': `bytes ${start}-${blob.length - 1}/${blob.length}`,
      };
      response.writeHead(start === 0 ? 200 : 206, headers);
      response.write(blob.subarray(start, start + 50_000), () => setTimeout(() => response.destroy(), 20));
    },
    async ({ registry, target, server }) => {
      const bytes = await collect(await registry.blob(target, blobDescriptor, 0));
      t.true(bytes.equals(blob));
      t.is(server.seen.length, 4);
      t.regex(server.seen.at(-1)?.range ?? '', /^bytes=\d+-$/);
    },
  );
});

test('a blob that always breaks off without a byte is given up as Unavailable', async (t) => {
  await against(
    (_request, response) => {
      response.writeHead(200, { 'content-length': blob.length });
      response.flushHeaders();
      setTimeout(() => response.destroy(), 10);
    },
    async ({ registry, target, server }) => {
      t.is(
        (await failure(t, (async () => collect(await registry.blob(target, blobDescriptor, 0)))())).code,
        'Unavailable',
      );
      t.is(server.seen.length, 4);
    },
  );
});

test('a registry that ignores ranges is read from the start and skipped', async (t) => {
  await against(
    (_request, response) => void response.writeHead(200, { 'content-length': blob.length }).end(blob),
    async ({ registry, target }) => {
      const rest = await collect(await registry.blob(target, blobDescriptor, 150_001));
      t.true(rest.equals(blob.subarray(150_001)));
    },
  );
});

for (const [what, size] of [
  ['more', blob.length + 10],
  ['fewer', blob.length - 10],
] as const) {
  test(`${what} bytes than the manifest says are Corrupt`, async (t) => {
    await against(
      (_request, response) => void response.end(Buffer.concat([blob, Buffer.alloc(10)]).subarray(0, size)),
      async ({ registry, target }) => {
        t.is(
          (await failure(t, (async () => collect(await registry.blob(target, blobDescriptor, 0)))())).code,
          'Corrupt',
        );
      },
    );
  });
}

test('another range than the one asked for is Corrupt', async (t) => {
  await against(
    (_request, response) => {
      response.writeHead(206, { 'content-range': `bytes 500-${blob.length - 1}/${blob.length}` });
      response.end(blob.subarray(500));
    },
    async ({ registry, target }) => {
      t.is(
        (await failure(t, (async () => collect(await registry.blob(target, blobDescriptor, 100)))())).code,
        'Corrupt',
      );
    },
  );
});
