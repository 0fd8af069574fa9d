import test from 'ava';
import { collect, digestOf, MANIFEST_TYPE } from '../../suites/registry.ts';
import { against, blob, blobDescriptor, failure, good, manifest, manifestDescriptor } from './hostile-world.ts';
import { sendBlob } from './memory-registry.ts';
import { createTestRegistry, startServer } from './server.ts';

test('a manifest with another digest is Corrupt', async (t) => {
  await against(
    (_request, response) => void response.end('{"another":"manifest"}'),
    async ({ registry, target }) => {
      const error = await failure(t, registry.manifest(target, manifestDescriptor));
      t.is(error.code, 'Corrupt');
      t.is(error.reason, 'DigestMismatch');
    },
  );
});

test('a tag whose body does not have the digest of the header is Corrupt', async (t) => {
  await against(
    (request, response) => {
      if (request.method === 'HEAD') response.writeHead(405);
      else response.writeHead(200, { 'content-type': MANIFEST_TYPE, 'docker-content-digest': digestOf(blob) });
      response.end(request.method === 'HEAD' ? undefined : manifest);
    },
    async ({ registry, target }) => {
      t.is((await failure(t, registry.resolve(target))).code, 'Corrupt');
    },
  );
});

test('a pinned reference that the registry answers with another digest is Corrupt', async (t) => {
  await against(
    (_request, response) => {
      const headers = { 'content-type': MANIFEST_TYPE, 'docker-content-digest': digestOf(blob), 'content-length': 7 };
      response.writeHead(200, headers).end();
    },
    async ({ registry, target, server }) => {
      const pinned = { ...target, reference: `${server.host}/team/app@${digestOf(manifest)}` };
      t.is((await failure(t, registry.resolve(pinned))).code, 'Corrupt');
    },
  );
});

test('a registry without HEAD, or with a vague one, is asked with GET and hashed', async (t) => {
  await against(
    (request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(request.method === 'HEAD' ? undefined : manifest);
    },
    async ({ registry, target }) => {
      t.deepEqual(await registry.resolve(target), manifestDescriptor);
    },
  );
});

test('a manifest beyond 4 MiB is refused before all of it is read', async (t) => {
  let sent = 0;
  await against(
    (_request, response) => {
      const piece = Buffer.alloc(256 * 1024, ' ');
      const more = (): void => {
        while (sent < 64 << 20 && !response.destroyed) {
          sent += piece.length;
          if (!response.write(piece)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    },
    async ({ registry, target }) => {
      t.is((await failure(t, registry.manifest(target, manifestDescriptor))).code, 'Corrupt');
      t.true(sent < 32 << 20);
    },
  );
});

test('a registry that does not answer is DeadlineExceeded', async (t) => {
  await against(
    () => {},
    async ({ registry, target }) => {
      const error = await failure(t, registry.resolve(target));
      t.is(error.code, 'DeadlineExceeded');
      t.regex(error.message, /did not answer within 600 ms/);
    },
    { stallTimeoutMs: 600 },
  );
});

test('503 and 429 are tried again, after what Retry-After says', async (t) => {
  let asked = 0;
  const answers = good();
  await against(
    (request, response, path) => {
      asked++;
      if (asked === 1) return void response.writeHead(503).end();
      if (asked === 2) return void response.writeHead(429, { 'retry-after': '7' }).end();
      return answers(request, response, path);
    },
    async ({ registry, target, waits }) => {
      t.is((await registry.resolve(target)).digest, digestOf(manifest));
      t.deepEqual(waits, [250, 7000]);
    },
  );
});

test('429 for ever is given up as RateLimited, 500 as Unavailable, with the words of the registry', async (t) => {
  for (const status of [429, 500]) {
    await against(
      (_request, response) => void response.writeHead(status).end('{"errors":[{"message":"come back\\nlater"}]}'),
      async ({ registry, target, server, waits }) => {
        const error = await failure(t, registry.manifest(target, manifestDescriptor));
        t.is(error.code, 'Unavailable');
        t.is(error.reason, status === 429 ? 'RateLimited' : 'RegistryUnavailable');
        t.regex(error.message, /come back later/);
        t.is(server.seen.length, 4);
        t.deepEqual(waits, [250, 500, 1000]);
      },
    );
  }
});

test('a redirect to another host is followed without the credentials', async (t) => {
  await using elsewhere = await startServer((request, response) => sendBlob(request, response, blob));
  const credentials = { username: 'me', password: 'secret' };
  await against(
    (request, response) => {
      if (request.headers.authorization === undefined) {
        return void response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
      }
      return void response.writeHead(307, { location: `http://${elsewhere.host}/signed?sig=abc` }).end();
    },
    async ({ registry, target }) => {
      const bytes = await collect(await registry.blob({ ...target, credentials }, blobDescriptor, 10));
      t.true(bytes.equals(blob.subarray(10)));
      t.deepEqual(elsewhere.seen, [
        { method: 'GET', url: '/signed?sig=abc', authorization: undefined, range: 'bytes=10-' },
      ]);
    },
  );
});

test('redirects in circles end', async (t) => {
  await against(
    (_request, response, path) => void response.writeHead(302, { location: path }).end(),
    async ({ registry, target, server }) => {
      const error = await failure(t, registry.manifest(target, manifestDescriptor));
      t.is(error.code, 'Unavailable');
      t.is(server.seen.length, 6);
    },
  );
});

for (const location of ['ftp://x/y', 'http://[', 'file:///etc/passwd']) {
  test(`a redirect to ${location} is Corrupt`, async (t) => {
    await against(
      (_request, response) => void response.writeHead(302, { location }).end(),
      async ({ registry, target }) => {
        t.is((await failure(t, registry.manifest(target, manifestDescriptor))).code, 'Corrupt');
      },
    );
  });
}

test('too long headers are Corrupt', async (t) => {
  await against(
    (_request, response) => void response.writeHead(200, { 'x-long': 'a'.repeat(40_000) }).end(),
    async ({ registry, target }) => {
      t.is((await failure(t, registry.manifest(target, manifestDescriptor))).code, 'Corrupt');
    },
  );
});

test('aborting in the middle of a blob is Cancelled', async (t) => {
  const controller = new AbortController();
  await against(
    (_request, response) => {
      response.writeHead(200, { 'content-length': blob.length });
      response.write(blob.subarray(0, 10));
    },
    async ({ registry, target }) => {
      const pieces = await registry.blob(target, blobDescriptor, 0, controller.signal);
      setTimeout(() => controller.abort(), 50);
      t.is((await failure(t, collect(pieces))).code, 'Cancelled');
    },
  );
});

test('nobody there is Unavailable, at once', async (t) => {
  using registry = createTestRegistry();
  const error = await failure(t, registry.resolve({ reference: '127.0.0.1:1/a:b', insecure: false }));
  t.is(error.code, 'Unavailable');
  t.regex(error.message, /connection refused/);
});

test('an image of the old manifest format is Unsupported and named', async (t) => {
  await against(
    (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' });
      response.end('{}');
    },
    async ({ registry, target }) => {
      const error = await failure(t, registry.resolve(target));
      t.is(error.code, 'Unsupported');
      t.is(error.reason, 'UnsupportedImage');
      t.regex(error.message, /manifest\.v1\+prettyjws/);
    },
  );
});

test('a list of tags that goes round in circles ends', async (t) => {
  await against(
    (_request, response) => {
      response.setHeader('link', '</v2/team/app/tags/list?n=1&last=v1>; rel="next"');
      response.end('{"tags":["v1"]}');
    },
    async ({ registry, target }) => {
      t.is((await failure(t, registry.listTags(target))).code, 'Corrupt');
    },
  );
});
