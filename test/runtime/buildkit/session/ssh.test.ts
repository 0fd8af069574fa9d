import { createPublicKey, generateKeyPairSync, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { SSH } from '../../../../proto/gen/buildkit/ssh_pb.ts';
import { RuntimeError } from '../../../../runtime/errors.ts';
import type { SshSource } from '../../../../runtime/ports/builders.ts';
import { StatusError } from '../../../../runtime/buildkit/grpc/server.ts';
import { decodeBytesMessage, encodeBytesMessage } from '../../../../runtime/buildkit/session/packets.ts';
import { ssh } from '../../../../runtime/buildkit/session/ssh.ts';
import { parseSshKey } from '../../../../runtime/buildkit/session/ssh-keys.ts';
import { sshInteger, sshNumber, SshReader, sshString } from '../../../../runtime/buildkit/session/ssh-wire.ts';
import { makeTree } from '../../files/tree.ts';
import { memoryCall, type MemoryCall } from './memory-call.ts';
import { callUnary } from './unary-call.ts';

const raw = (value: string | undefined): Buffer => Buffer.from(value ?? '', 'base64url');

/** As `ssh-keygen` writes it, without a passphrase. */
function openSsh(key: KeyObject, cipher = 'none'): string {
  const jwk = key.export({ format: 'jwk' });
  const secret = Buffer.concat([
    sshNumber(7),
    sshNumber(7),
    ...secretOf(jwk),
    sshString('ann@desk'),
    Buffer.of(1, 2, 3),
  ]);
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[cipher, 'none', ''].map((text) => sshString(text)),
    sshNumber(1),
    sshString(parseSshKey(pem(key)).publicBlob),
    sshString(secret),
  ]);
  const lines = body.toString('base64').match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function secretOf(jwk: JsonWebKey): readonly Buffer[] {
  if (jwk.kty === 'OKP') {
    return [sshString('ssh-ed25519'), sshString(raw(jwk.x)), sshString(Buffer.concat([raw(jwk.d), raw(jwk.x)]))];
  }
  if (jwk.kty === 'RSA') {
    return [sshString('ssh-rsa'), ...[jwk.n, jwk.e, jwk.d, jwk.qi, jwk.p, jwk.q].map((part) => sshInteger(raw(part)))];
  }
  const name = `nistp${jwk.crv?.slice(2) ?? ''}`;
  const point = Buffer.concat([Buffer.of(4), raw(jwk.x), raw(jwk.y)]);
  return [sshString(`ecdsa-sha2-${name}`), sshString(name), sshString(point), sshInteger(raw(jwk.d))];
}

function pem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

const keys: Readonly<Record<string, KeyObject>> = {
  ed25519: generateKeyPairSync('ed25519').privateKey,
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  p384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  p521: generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey,
};

const forwardPath = '/moby.sshforward.v1.SSH/ForwardAgent';

/** A step's connection to its agent. */
function connect(
  sources: Readonly<Record<string, SshSource>>,
  id?: string,
): {
  readonly memory: MemoryCall;
  readonly ended: Promise<void>;
  readonly ask: (message: Uint8Array) => Promise<SshReader>;
} {
  const memory = memoryCall(id === undefined ? {} : { 'buildkit.ssh.id': [id] });
  const ended = ssh(sources).get(forwardPath)!(memory.call);
  ended.catch(() => undefined);
  const ask = async (message: Uint8Array): Promise<SshReader> => {
    const framed = sshString(message);
    // In two pieces, as a stream may cut it.
    memory.push(encodeBytesMessage(framed.subarray(0, 3)), encodeBytesMessage(framed.subarray(3)));
    const { value } = await memory.sent.next();
    return new SshReader(new SshReader(decodeBytesMessage(value as Uint8Array)).string());
  };
  return { memory, ended, ask };
}

const signRequest = (blob: Buffer, data: string, flags = 0): Buffer =>
  Buffer.concat([Buffer.of(13), sshString(blob), sshString(data), sshNumber(flags)]);

const rows: readonly (readonly [string, number, string, string])[] = [
  ['ed25519', 0, 'ssh-ed25519', ''],
  ['rsa', 2, 'rsa-sha2-256', 'sha256'],
  ['rsa', 4, 'rsa-sha2-512', 'sha512'],
  ['p256', 0, 'ecdsa-sha2-nistp256', 'sha256'],
  ['p384', 0, 'ecdsa-sha2-nistp384', 'sha384'],
  ['p521', 0, 'ecdsa-sha2-nistp521', 'sha512'],
];

for (const [name, flags, algorithm, hash] of rows) {
  for (const form of ['PEM', 'OpenSSH'] as const) {
    test(`an ${name} key in ${form} form signs with ${algorithm}, and the signature is right`, async (t) => {
      const key = keys[name]!;
      const { ask, memory, ended } = connect({
        default: { type: 'keys', privateKeys: [form === 'PEM' ? pem(key) : openSsh(key)] },
      });
      const list = await ask(Uint8Array.of(11));
      t.deepEqual([list.byte(), list.number()], [12, 1]);
      const blob = Buffer.from(list.string());
      t.is(list.text(), form === 'PEM' ? '' : 'ann@desk');
      const answer = await ask(signRequest(blob, 'data', flags));
      t.is(answer.byte(), 14);
      const signature = new SshReader(answer.string());
      t.is(signature.text(), algorithm);
      t.true(isRight(key, hash, signature.string()));
      memory.end();
      await ended;
    });
  }
}

function isRight(key: KeyObject, hash: string, signature: Buffer): boolean {
  const publicKey = createPublicKey(key);
  const data = Buffer.from('data');
  if (key.asymmetricKeyType !== 'ec') return verify(hash === '' ? null : hash, data, publicKey, signature);
  const reader = new SshReader(signature);
  const bytes = { sha256: 32, sha384: 48, sha512: 66 }[hash] ?? 0;
  const halves = [reader.integer(), reader.integer()].map((half) =>
    Buffer.concat([Buffer.alloc(bytes - half.length), half]),
  );
  return verify(hash, data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, Buffer.concat(halves));
}

test('a key that is not there, other messages and broken ones fail, and the connection goes on', async (t) => {
  const { ask } = connect({ git: { type: 'keys', privateKeys: [pem(keys['ed25519']!)] } }, 'git');
  const other = parseSshKey(pem(keys['p256']!)).publicBlob;
  for (const message of [
    signRequest(other, 'x'),
    Buffer.of(19),
    Buffer.of(13, 0, 0),
    Buffer.alloc(0),
    Buffer.of(17, 1),
  ]) {
    t.is((await ask(message)).byte(), 5);
  }
  t.is((await ask(Uint8Array.of(11))).byte(), 12);
});

test('a message without end is refused', async (t) => {
  const { memory, ended } = connect({ default: { type: 'keys', privateKeys: [] } });
  memory.push(encodeBytesMessage(Buffer.of(0xff, 0xff, 0xff, 0xff)));
  await t.throwsAsync(ended, { instanceOf: RangeError });
});

for (const [what, text, why] of [
  ['no key', 'hello', /no private key/],
  ['a public key', createPublicKey(keys['rsa']!).export({ format: 'pem', type: 'spki' }).toString(), /no private key/],
  ['a key with a passphrase', openSsh(keys['ed25519']!, 'aes256-ctr'), /passphrase/],
  [
    'a PEM key with a passphrase',
    keys['rsa']!.export({ format: 'pem', type: 'pkcs8', cipher: 'aes256', passphrase: 'x' }).toString(),
    /passphrase/,
  ],
  ['a torn key', openSsh(keys['ed25519']!).replace(/\n.{20}/, '\n'), /no private key/],
  [
    'a kind that is no more',
    generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
      .privateKey.export({ format: 'pem', type: 'pkcs8' })
      .toString(),
    /cannot be used/,
  ],
] as const) {
  test(`${what} is told as such, before anything is built`, (t) => {
    const error = t.throws(() => ssh({ default: { type: 'keys', privateKeys: [text] } }), { instanceOf: RuntimeError });
    t.is(error?.code, 'InvalidArgument');
    t.regex(error?.message ?? '', why);
  });
}

test('whether there is an agent of a name can be asked', async (t) => {
  const methods = ssh({ default: { type: 'agent', socket: '/nowhere' } });
  await callUnary(methods, SSH.method.checkAgent, { id: 'default' });
  await callUnary(methods, SSH.method.checkAgent, { id: '' });
  const error = await t.throwsAsync(callUnary(methods, SSH.method.checkAgent, { id: 'git' }), {
    instanceOf: StatusError,
  });
  t.is(error?.code, 5);
});

test('an agent that does not answer is told so', async (t) => {
  const { ended } = connect({ default: { type: 'agent', socket: '/nowhere/agent' } });
  t.like(await t.throwsAsync(ended), { code: 14 });
});

test('a running agent is asked for signatures, and for nothing else', async (t) => {
  await using tree = await makeTree();
  const socket = join(tree.path, 'agent');
  const asked: number[] = [];
  const server = createServer((connection) => {
    connection.on('error', () => undefined);
    connection.on('data', (data) => {
      asked.push(data[4]!);
      connection.write(sshString(Buffer.of(data[4]! + 1, 42)));
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  try {
    const { ask, memory, ended } = connect({ default: { type: 'agent', socket } });
    t.is((await ask(Buffer.of(11))).byte(), 12);
    for (const removal of [17, 18, 19, 22, 23, 25, 27]) t.is((await ask(Buffer.of(removal))).byte(), 5);
    t.is((await ask(Buffer.of(13, 1))).byte(), 14);
    t.deepEqual(asked, [11, 13]);
    memory.end();
    await ended;
    const closed = connect({ default: { type: 'agent', socket } });
    await closed.ask(Buffer.of(11));
    closed.memory.abort();
    await t.throwsAsync(closed.ended);
  } finally {
    // Resolves only when every connection to it is gone.
    await new Promise((resolve) => server.close(resolve));
  }
});
