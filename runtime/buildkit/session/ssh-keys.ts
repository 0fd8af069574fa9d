import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { RuntimeError } from '../../errors.ts';
import { sshInteger, SshReader, sshString } from './ssh-wire.ts';

/** A private key as an agent keeps it. */
export interface SshKey {
  readonly key: KeyObject;
  /** What the other side knows it by. */
  readonly publicBlob: Buffer;
  readonly comment: string;
}

interface Curve {
  /** Name in JWK. */
  readonly jwk: string;
  /** Bytes of a coordinate. */
  readonly bytes: number;
}

const curves: ReadonlyMap<string, Curve> = new Map([
  ['nistp256', { jwk: 'P-256', bytes: 32 }],
  ['nistp384', { jwk: 'P-384', bytes: 48 }],
  ['nistp521', { jwk: 'P-521', bytes: 66 }],
]);

/**
 * A private key in PEM (PKCS#1, PKCS#8, SEC1) or OpenSSH's own form. Throws InvalidArgument for what is none, has a passphrase, or is of a kind that no
 * server takes any more. Messages never show anything of it.
 */
export function parseSshKey(text: string): SshKey {
  try {
    const { key, comment } = text.includes('BEGIN OPENSSH PRIVATE KEY') ? parseOpenSsh(text) : parsePem(text);
    return { key, comment, publicBlob: publicBlobOf(key) };
  } catch (error) {
    if (error instanceof RuntimeError) throw error;
    throw bad('it is no private key');
  }
}

function bad(why: string): RuntimeError {
  return new RuntimeError('InvalidArgument', `a key for ssh cannot be used: ${why}`);
}

interface Parsed {
  readonly key: KeyObject;
  readonly comment: string;
}

function parsePem(text: string): Parsed {
  if (text.includes('ENCRYPTED')) throw bad('it has a passphrase');
  return { key: createPrivateKey(text), comment: '' };
}

/** `openssh-key-v1`: who it is for, then the private part, with nothing to keep it secret. */
function parseOpenSsh(text: string): Parsed {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(text)?.[1] ?? '';
  const reader = new SshReader(Buffer.from(body.replaceAll(/\s/g, ''), 'base64'));
  if (reader.literal(15).toString('latin1') !== 'openssh-key-v1\0') throw bad('it is no private key');
  const cipher = reader.text();
  if (cipher !== 'none') throw bad('it has a passphrase');
  reader.string();
  reader.string();
  if (reader.number() !== 1) throw bad('there are several in one');
  reader.string();
  const secret = new SshReader(reader.string());
  if (secret.number() !== secret.number()) throw bad('it is damaged');
  const jwk = jwkOf(secret.text(), secret);
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), comment: secret.text() };
}

function jwkOf(type: string, reader: SshReader): JsonWebKey {
  if (type === 'ssh-ed25519') {
    const x = text(reader.string());
    // The seed, with the public key behind it once more.
    return { kty: 'OKP', crv: 'Ed25519', x, d: text(reader.string().subarray(0, 32)) };
  }
  if (type === 'ssh-rsa') return rsaJwk(reader);
  if (type.startsWith('ecdsa-sha2-')) return ecJwk(reader);
  throw bad(`it is of kind ${type}`);
}

function rsaJwk(reader: SshReader): JsonWebKey {
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => reader.integer()) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  const exponent = (prime: Buffer): string => text(bytesOf(numberOf(d) % (numberOf(prime) - 1n)));
  return {
    kty: 'RSA',
    n: text(n),
    e: text(e),
    d: text(d),
    p: text(p),
    q: text(q),
    qi: text(qi),
    dp: exponent(p),
    dq: exponent(q),
  };
}

function ecJwk(reader: SshReader): JsonWebKey {
  const { jwk: crv, bytes } = curves.get(reader.text()) ?? unknownCurve();
  const point = reader.string();
  const d = Buffer.alloc(bytes);
  const secret = reader.integer();
  secret.copy(d, bytes - secret.length);
  return { kty: 'EC', crv, x: text(point.subarray(1, 1 + bytes)), y: text(point.subarray(1 + bytes)), d: text(d) };
}

function unknownCurve(): never {
  throw bad('its curve is unknown');
}

function publicBlobOf(key: KeyObject): Buffer {
  const { kty, n = '', e = '', x = '', y = '', crv } = createPublicKey(key).export({ format: 'jwk' });
  if (kty === 'RSA') return Buffer.concat([sshString('ssh-rsa'), sshInteger(bytes(e)), sshInteger(bytes(n))]);
  if (kty === 'OKP' && crv === 'Ed25519') return Buffer.concat([sshString('ssh-ed25519'), sshString(bytes(x))]);
  const [name] = [...curves].find(([, curve]) => curve.jwk === crv) ?? unknownCurve();
  const point = Buffer.concat([Buffer.of(4), bytes(x), bytes(y)]);
  return Buffer.concat([sshString(`ecdsa-sha2-${name}`), sshString(name), sshString(point)]);
}

function text(value: Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}

function bytes(value: string): Buffer {
  return Buffer.from(value, 'base64url');
}

function numberOf(value: Buffer): bigint {
  return BigInt(`0x${value.toString('hex') || '0'}`);
}

function bytesOf(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}
