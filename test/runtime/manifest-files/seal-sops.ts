/** SOPS files as sops makes them, for tests: written from its facts (sops-value.test.ts has values of its own cipher). */
import { Encrypter, armor } from 'age-encryption';
import { createCipheriv, createHash, randomBytes } from 'node:crypto';

export type SopsValue = string | number | boolean | null | readonly SopsValue[] | { readonly [key: string]: SopsValue };

export interface SealOptions {
  readonly recipients: readonly string[];
  /** More metadata: `{ encrypted_regex: '^data$' }`. */
  readonly rule?: Readonly<Record<string, string | boolean>>;
  readonly isEncrypted?: (path: readonly string[]) => boolean;
  /** What of the encrypted documents is changed before they are written. */
  readonly tamper?: (documents: SopsValue[]) => void;
  readonly lastModified?: string;
}

export interface SealedSops {
  readonly documents: readonly SopsValue[];
  readonly metadata: { readonly [key: string]: SopsValue };
}

export async function sealSops(documents: readonly SopsValue[], options: SealOptions): Promise<SealedSops> {
  const { recipients, rule = {}, lastModified = '2026-11-30T10:00:00Z' } = options;
  const { isEncrypted = (path) => !path.some((key) => key.endsWith('_unencrypted')) } = options;
  const key = randomBytes(32);
  const mac = createHash('sha512');
  const onlyEncrypted = rule['mac_only_encrypted'] === true;
  if (onlyEncrypted) mac.update(createHash('sha256').update('sops').digest());
  const seal = (value: SopsValue, path: readonly string[]): SopsValue => {
    if (value === null) return null;
    if (Array.isArray(value)) return (value as readonly SopsValue[]).map((item) => seal(item, path));
    if (typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, seal(inner, [...path, name])]));
    }
    const sealed = isEncrypted(path);
    if (sealed || !onlyEncrypted) mac.update(counted(value));
    return sealed ? sealValue(value, key, `${path.join(':')}:`) : value;
  };
  const sealed = documents.map((document) => seal(document, []));
  options.tamper?.(sealed);
  const age = await Promise.all(
    recipients.map(async (recipient) => ({ recipient, enc: await sealKey(key, recipient) })),
  );
  const total = sealValue(mac.digest('hex').toUpperCase(), key, lastModified);
  return { documents: sealed, metadata: { age, lastmodified: lastModified, mac: total, version: '3.10.2', ...rule } };
}

const counted = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);

export function sealValue(
  value: string | number | boolean,
  key: Uint8Array,
  additional: string,
  typed?: string,
): string {
  if (value === '') return '';
  const type =
    typed ??
    (typeof value === 'string'
      ? 'str'
      : typeof value === 'boolean'
        ? 'bool'
        : Number.isInteger(value)
          ? 'int'
          : 'float');
  const iv = randomBytes(32);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(additional));
  const data = Buffer.concat([cipher.update(counted(value)), cipher.final()]);
  const [text, nonce, tag] = [data, iv, cipher.getAuthTag()].map((bytes) => bytes.toString('base64'));
  return `ENC[AES256_GCM,data:${text},iv:${nonce},tag:${tag},type:${type}]`;
}

async function sealKey(key: Uint8Array, recipient: string): Promise<string> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(key));
}
