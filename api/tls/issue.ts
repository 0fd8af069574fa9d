/**
 * Makes X.509 version 3 certificates (RFC 5280) with EC keys. Written out by hand, because it is one page, and the
 * libraries for it cost a start-up more than all of the API server.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import {
  bits,
  boolean,
  explicit,
  generalName,
  implicit,
  integer,
  octets,
  oid,
  sequence,
  set,
  time,
  utf8,
} from './der.ts';

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const SERVER_AUTH = oid('1.3.6.1.5.5.7.3.1');
const CLIENT_AUTH = oid('1.3.6.1.5.5.7.3.2');
/** Clocks of other machines may be a little behind. */
const BACKDATE_MS = 60 * 60 * 1000;

/** A certificate and its key, both PEM. */
export interface KeyedCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWish {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  readonly usage: 'authority' | 'server' | 'client';
  /** Addresses and names of a server. */
  readonly hosts?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly lifetimeMs: number;
}

/** A new key and its certificate, signed by `issuer`, or by itself when there is none. */
export async function issue(wish: CertificateWish, issuer?: KeyedCertificate): Promise<KeyedCertificate> {
  const pair = await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
  const signer = issuer === undefined ? pair.privateKey : createPrivateKey(issuer.key);
  const subject = nameOf(wish);
  const issuerName = issuer === undefined ? subject : subjectOf(issuer.cert);
  const spki = spkiOf(pair.publicKey);
  const tbs = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serialNumber()),
    ECDSA_WITH_SHA256,
    issuerName,
    sequence(time(wish.now - BACKDATE_MS), time(wish.now + wish.lifetimeMs)),
    subject,
    spki,
    explicit(3, sequence(...extensionsOf(wish, keyId(spki), keyId(spkiOf(createPublicKey(signer)))))),
  );
  const certificate = sequence(tbs, ECDSA_WITH_SHA256, bits(sign('sha256', tbs, signer)));
  return {
    cert: pem(certificate),
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** Positive and short enough for 20 octets. */
function serialNumber(): Buffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes;
}

const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const keyId = (spki: Uint8Array): Buffer => createHash('sha256').update(spki).digest().subarray(0, 20);

const attribute = (type: string, value: string): Buffer => set(sequence(oid(type), utf8(value)));

const nameOf = ({ organizations = [], commonName }: Pick<CertificateWish, 'organizations' | 'commonName'>): Buffer =>
  sequence(...organizations.map((name) => attribute('2.5.4.10', name)), attribute('2.5.4.3', commonName));

/** Authorities are ours: their name is a common name alone. */
function subjectOf(cert: string): Buffer {
  const commonName = /^CN=(.+)$/m.exec(new X509Certificate(cert).subject)?.[1];
  if (commonName === undefined) throw new TypeError('the issuer has no common name');
  return nameOf({ commonName });
}

const extension = (type: string, critical: boolean, value: Uint8Array): Buffer =>
  sequence(oid(type), ...(critical ? [boolean(true)] : []), octets(value));

function extensionsOf({ usage, hosts = [] }: CertificateWish, subjectKey: Uint8Array, issuerKey: Uint8Array): Buffer[] {
  const authority = usage === 'authority';
  // keyCertSign and cRLSign, or digitalSignature
  const keyUsage = authority ? bits(Buffer.from([0x06]), 1) : bits(Buffer.from([0x80]), 7);
  return [
    extension('2.5.29.19', true, authority ? sequence(boolean(true)) : sequence()),
    extension('2.5.29.15', true, keyUsage),
    ...(authority ? [] : [extension('2.5.29.37', false, sequence(usage === 'server' ? SERVER_AUTH : CLIENT_AUTH))]),
    extension('2.5.29.14', false, octets(subjectKey)),
    extension('2.5.29.35', false, sequence(implicit(0, issuerKey))),
    ...(hosts.length > 0 ? [extension('2.5.29.17', false, sequence(...hosts.map(generalName)))] : []),
  ];
}

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
