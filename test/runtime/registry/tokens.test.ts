import test, { type ExecutionContext } from 'ava';
import { RuntimeError, type RuntimeErrorCode } from '../../../runtime/errors.ts';
import type { RegistryOptions } from '../../../runtime/registry/options.ts';
import type { Registry, RegistryTarget } from '../../../runtime/ports/registry.ts';
import { digestOf, manifestOf } from '../../suites/registry.ts';
import { createMemoryRegistry } from './memory-registry.ts';
import { createTestRegistry, startServer, type Handler, type TestServer } from './server.ts';

const manifest = manifestOf(Buffer.from('{}'), []);

interface World {
  readonly server: TestServer;
  readonly registry: Registry;
  readonly target: RegistryTarget;
}

/** A registry that takes `Bearer <token()>` and whose token server is `tokens`. */
async function against(
  t: ExecutionContext,
  tokens: Handler,
  run: (world: World) => Promise<void>,
  options: { token?: () => string; realm?: string; registry?: Partial<RegistryOptions> } = {},
): Promise<void> {
  const memory = createMemoryRegistry();
  for (const name of ['team/app', 'team/other']) memory.push(name, 'v1', manifest, []);
  await using server = await startServer(async (request, response, path) => {
    if (path.startsWith('/token')) return await tokens(request, response, path);
    if (request.headers.authorization === `Bearer ${options.token?.() ?? 'good'}`) {
      return await memory.handler(request, response, path);
    }
    const realm = options.realm ?? `http://${request.headers.host}/token`;
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="svc"` }).end();
  });
  using registry = createTestRegistry(options.registry);
  await run({ server, registry, target: { reference: `${server.host}/team/app:v1`, insecure: false } });
  t.pass();
}

const give =
  (answer: object): Handler =>
  (_request, response) =>
    void response.end(JSON.stringify(answer));

const asked = (server: TestServer): number => server.seen.filter(({ url }) => url.startsWith('/token')).length;

async function failure(t: ExecutionContext, promise: Promise<unknown>): Promise<RuntimeError> {
  return await t.throwsAsync(promise, { instanceOf: RuntimeError });
}

test('a token is used until it nearly expires, for its repository and credentials alone', async (t) => {
  let now = 0;
  const registry = { clock: { now: () => now } };
  await against(
    t,
    give({ access_token: 'good', expires_in: 100 }),
    async ({ registry, target, server }) => {
      for (let round = 0; round < 3; round++) await registry.resolve(target);
      t.is(asked(server), 1);
      t.is(
        server.seen.find(({ url }) => url.startsWith('/token'))?.url,
        '/token?scope=repository%3Ateam%2Fapp%3Apull&service=svc',
      );
      await registry.resolve({ ...target, reference: target.reference.replace('app', 'other') });
      t.is(asked(server), 2);
      await registry.resolve({ ...target, credentials: { username: 'u', password: 'p' } });
      t.is(asked(server), 3);
      now = 89_000;
      await registry.resolve(target);
      t.is(asked(server), 3);
      now = 91_000;
      await registry.resolve(target);
      t.is(asked(server), 4);
    },
    { registry },
  );
});

test('a token that the registry no longer takes is fetched anew, once', async (t) => {
  let current = 'one';
  await against(
    t,
    (_request, response) => void response.end(JSON.stringify({ token: current })),
    async ({ registry, target, server }) => {
      await registry.resolve(target);
      current = 'two';
      t.is((await registry.resolve(target)).digest, digestOf(manifest));
      t.is(asked(server), 2);
    },
    { token: () => current },
  );
});

test('a refresh token is posted, and no password is sent', async (t) => {
  let form = '';
  await against(
    t,
    async (request, response) => {
      for await (const piece of request) form += String(piece);
      response.end(JSON.stringify({ access_token: 'good' }));
    },
    async ({ registry, target, server }) => {
      await registry.resolve({ ...target, credentials: { username: 'u', password: 'p', identityToken: 'refresh-me' } });
      t.like(
        server.seen.find(({ url }) => url === '/token'),
        { method: 'POST', authorization: undefined },
      );
      t.like(Object.fromEntries(new URLSearchParams(form)), {
        grant_type: 'refresh_token',
        refresh_token: 'refresh-me',
        service: 'svc',
        scope: 'repository:team/app:pull',
      });
    },
  );
});

const troubles: readonly (readonly [string, Handler, RuntimeErrorCode])[] = [
  ['refuses', (_request, response) => void response.writeHead(403).end('{"details":"go away p4ss"}'), 'Unauthorized'],
  ['has trouble', (_request, response) => void response.writeHead(500).end(), 'Unavailable'],
  ['answers no JSON', (_request, response) => void response.end('<html>'), 'Unavailable'],
  ['answers no token', give({ expires_in: 5 }), 'Unavailable'],
  ['answers a token that breaks headers', give({ token: 'a\r\nx-evil: 1' }), 'Unavailable'],
  ['answers without end', (_request, response) => void response.end(Buffer.alloc(1 << 20, 'a')), 'Corrupt'],
  ['hangs', () => {}, 'DeadlineExceeded'],
];

for (const [what, handler, code] of troubles) {
  test(`a token server that ${what} is ${code}`, async (t) => {
    await against(
      t,
      handler,
      async ({ registry, target }) => {
        const error = await failure(
          t,
          registry.resolve({ ...target, credentials: { username: 'u', password: 'p4ss' } }),
        );
        t.is(error.code, code);
        t.false(error.message.includes('p4ss'));
      },
      what === 'hangs' ? { registry: { stallTimeoutMs: 600 } } : {},
    );
  });
}

test('a registry that never likes the token is Unauthorized after one more try', async (t) => {
  await against(t, give({ token: 'bad' }), async ({ registry, target, server }) => {
    t.is(
      (await failure(t, registry.manifest(target, { mediaType: '', digest: digestOf(manifest), size: 1 }))).code,
      'Unauthorized',
    );
    t.is(asked(server), 1);
  });
});

for (const realm of ['not an address', 'file:///etc/passwd']) {
  test(`the token server ${realm} is Corrupt`, async (t) => {
    await against(
      t,
      give({}),
      async ({ registry, target }) => {
        t.is((await failure(t, registry.resolve(target))).code, 'Corrupt');
      },
      { realm },
    );
  });
}
