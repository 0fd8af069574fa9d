/**
 * The private authority of one data directory and what it has issued: the server's certificate and the administrator's.
 * Files are made at the first start, and again when they are near their end, damaged, or do not fit together.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { CertificateWish, KeyedCertificate } from './issue.ts';
import { writePrivately } from './write-file.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_LIFETIME_MS = 3650 * DAY_MS;
const LEAF_LIFETIME_MS = 365 * DAY_MS;
/** A certificate with less than this share of its life left is made again. */
const RENEW_SHARE = 1 / 3;

export interface Certificates {
  /** PEM; vouches for the server and for clients. */
  readonly ca: string;
  readonly server: KeyedCertificate;
  /** User `tsmoby:admin` in group `system:masters`. */
  readonly admin: KeyedCertificate;
}

export interface CertificateOptions {
  /** Made when it is not there, 0700. */
  readonly directory: string;
  /** Addresses and names that clients use. */
  readonly hosts: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What is there, or new ones. Costs nothing but reading when all is well. */
export async function ensureCertificates(options: CertificateOptions): Promise<Certificates> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const authority = await ensure(options, 'ca', {
    commonName: `tsmoby-ca@${String(Math.floor(options.now / 1000))}`,
    usage: 'authority',
    lifetimeMs: AUTHORITY_LIFETIME_MS,
  });
  const leaf = { lifetimeMs: LEAF_LIFETIME_MS };
  const server = await ensure(
    options,
    'server',
    { ...leaf, commonName: 'tsmoby', usage: 'server', hosts: options.hosts },
    authority,
  );
  const admin = await ensure(
    options,
    'admin',
    { ...leaf, commonName: 'tsmoby:admin', organizations: ['system:masters'], usage: 'client' },
    authority,
  );
  return { ca: authority.cert, server, admin };
}

async function ensure(
  { directory, now }: CertificateOptions,
  name: string,
  wish: Omit<CertificateWish, 'now'>,
  issuer?: KeyedCertificate,
): Promise<KeyedCertificate> {
  const certFile = join(directory, `${name}.crt`);
  const keyFile = join(directory, `${name}.key`);
  const found = await readPair(certFile, keyFile);
  if (found !== undefined && isGood(found, wish, issuer, now)) return found;
  const { issue } = await import('./issue.ts');
  const made = await issue({ ...wish, now }, issuer);
  // the key first: a crash in between leaves a pair that does not fit, which is made again
  await writePrivately(keyFile, made.key);
  await writePrivately(certFile, made.cert);
  return made;
}

async function readPair(certFile: string, keyFile: string): Promise<KeyedCertificate | undefined> {
  try {
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')]);
    return { cert, key };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`${certFile} and ${keyFile} cannot be read (${message}): move them away to have new ones made`, {
      cause: error,
    });
  }
}

function isGood(
  pair: KeyedCertificate,
  { hosts = [] }: Omit<CertificateWish, 'now'>,
  issuer: KeyedCertificate | undefined,
  now: number,
): boolean {
  try {
    const certificate = new X509Certificate(pair.cert);
    const signer = new X509Certificate((issuer ?? pair).cert);
    const [from, until] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
    return (
      now >= from &&
      until - now > (until - from) * RENEW_SHARE &&
      certificate.checkPrivateKey(createPrivateKey(pair.key)) &&
      certificate.checkIssued(signer) &&
      certificate.verify(signer.publicKey) &&
      hosts.every((host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined)
    );
  } catch {
    return false;
  }
}
