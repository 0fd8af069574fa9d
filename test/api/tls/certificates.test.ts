import test from 'ava';
import { X509Certificate } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { ensureCertificates } from '../../../api/tls/certificates.ts';
import { writeKubeconfig } from '../../../api/tls/kubeconfig.ts';
import { issue } from '../../../api/tls/issue.ts';
import { readKubeconfig } from '../../../client/kubeconfig.ts';
import { makeFolder } from '../../support/interruption.ts';
import { RawServer } from '../../support/raw-http.ts';

const DAY = 24 * 60 * 60 * 1000;
const HOSTS = ['127.0.0.1', '::1', 'localhost'];

async function scratch(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await makeFolder(join(tmpdir(), 'tsm-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('a first start makes an authority and certificates that fit, for their owner’s eyes', async (t) => {
  await using directory = await scratch();
  const now = Date.now();
  const { ca, server, admin } = await ensureCertificates({ directory: join(directory.path, 'pki'), hosts: HOSTS, now });
  const authority = new X509Certificate(ca);
  t.true(authority.ca);
  for (const { cert } of [server, admin]) {
    const leaf = new X509Certificate(cert);
    t.true(leaf.checkIssued(authority) && leaf.verify(authority.publicKey));
    t.false(leaf.ca);
  }
  const serving = new X509Certificate(server.cert);
  t.truthy(serving.checkIP('127.0.0.1') && serving.checkIP('::1') && serving.checkHost('localhost'));
  t.is(new X509Certificate(admin.cert).subject, 'O=system:masters\nCN=tsmoby:admin');
  for (const file of ['ca.key', 'server.key', 'admin.key', 'ca.crt']) {
    t.is((await stat(join(directory.path, 'pki', file))).mode & 0o777, 0o600, file);
  }
});

test('certificates stay while they are good, and are made again when near their end, damaged, or short of a host', async (t) => {
  await using directory = await scratch();
  const now = Date.now();
  const ensure = (more: { readonly now?: number; readonly hosts?: readonly string[] } = {}) =>
    ensureCertificates({ directory: directory.path, hosts: HOSTS, now, ...more });
  const first = await ensure();
  t.deepEqual(await ensure({ now: now + 200 * DAY }), first);
  const renewed = await ensure({ now: now + 300 * DAY });
  t.is(renewed.ca, first.ca, 'the authority lives on, so that clients need no new one');
  t.not(renewed.server.cert, first.server.cert);
  await writeFile(join(directory.path, 'server.key'), 'damaged');
  t.not((await ensure({ now: now + 300 * DAY })).server.key, renewed.server.key);
  const wider = await ensure({ hosts: [...HOSTS, '10.0.0.1'] });
  t.truthy(new X509Certificate(wider.server.cert).checkIP('10.0.0.1'));
  const old = await ensure({ now: now + 3000 * DAY });
  t.not(old.ca, first.ca);
  t.true(new X509Certificate(old.admin.cert).checkIssued(new X509Certificate(old.ca)));
});

test('dates beyond 2049 are written as RFC 5280 wants them', async (t) => {
  const { cert } = await issue({
    commonName: 'x',
    usage: 'authority',
    now: Date.parse('2049-06-01T00:00:00Z'),
    lifetimeMs: 365 * DAY,
  });
  const { validFrom, validTo } = new X509Certificate(cert);
  t.deepEqual(
    [Date.parse(validFrom), Date.parse(validTo)],
    [Date.parse('2049-05-31T23:00:00Z'), Date.parse('2050-06-01T00:00:00Z')],
  );
});

test('the kubeconfig leads in, is not rewritten without need, and never replaces somebody else’s', async (t) => {
  await using directory = await scratch();
  const { ca, admin } = await ensureCertificates({ directory: directory.path, hosts: HOSTS, now: Date.now() });
  const path = join(directory.path, 'deep', 'kubeconfig');
  const options = { path, server: 'https://127.0.0.1:1', ca, admin };
  await writeKubeconfig(options);
  t.is((await stat(path)).mode & 0o777, 0o600);
  const { connection, namespace } = await readKubeconfig(path);
  t.is(namespace, 'default');
  t.deepEqual(connection, {
    server: 'https://127.0.0.1:1',
    ca,
    cert: admin.cert,
    key: admin.key,
    insecureSkipTlsVerify: false,
  });
  const { ino } = await stat(path);
  await writeKubeconfig(options);
  t.is((await stat(path)).ino, ino);
  await writeKubeconfig({ ...options, server: 'https://127.0.0.1:2' });
  t.not((await stat(path)).ino, ino);
  await writeFile(path, 'apiVersion: v1\nkind: Config\n');
  await t.throwsAsync(writeKubeconfig(options), { message: /was not written by tsmoby/ });
  t.is(await readFile(path, 'utf8'), 'apiVersion: v1\nkind: Config\n');
});

test('over HTTPS a certificate is the user; without one, or with a stranger’s, nobody gets in', async (t) => {
  await using directory = await scratch();
  await using server = await RawServer.open();
  const certDirectory = join(directory.path, 'pki');
  const { address } = await server.server.listenHttps({ host: '127.0.0.1', port: 0, certDirectory });
  const { ca, admin } = await ensureCertificates({ directory: certDirectory, hosts: HOSTS, now: Date.now() });
  const ask = async (credentials: object): Promise<readonly [number | undefined, string]> => {
    const outgoing = request(`${address}/api/v1/namespaces/default`, { ca, agent: false, ...credentials });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return [response.statusCode, await text(response)];
  };
  t.is((await ask(admin))[0], 200);
  const [code, body] = await ask({});
  t.is(code, 401);
  t.is((JSON.parse(body) as { readonly message: string }).message, 'Unauthorized');
  const wish = {
    commonName: 'tsmoby:admin',
    organizations: ['system:masters'],
    usage: 'client',
    now: Date.now(),
    lifetimeMs: DAY,
  } as const;
  t.is((await ask(await issue(wish)))[0], 401, 'signed by itself');
  const authority = { cert: ca, key: await readFile(join(certDirectory, 'ca.key'), 'utf8') };
  const guest = await issue({ ...wish, commonName: 'guest', organizations: ['visitors'] }, authority);
  const [refused, why] = await ask(guest);
  t.is(refused, 403);
  t.regex(why, /User \\"guest\\" cannot get/);
});
