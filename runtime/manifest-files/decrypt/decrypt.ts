/** Files that are encrypted, found by what is in them. */
import { DecryptError } from '../problem.ts';
import { loadAge, openAge, parseIdentities, type Identities } from './identities.ts';
import { decryptSops, looksLikeSops } from './sops.ts';

/** The same bytes when they are not encrypted. Throws DecryptError. */
export type Decrypt = (path: string, bytes: Uint8Array) => Promise<Uint8Array>;

const BINARY = Buffer.from('age-encryption.org/v1\n');
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';

/** `identities`: texts with one `AGE-SECRET-KEY-1…` a line. */
export function createDecrypt(identities: readonly string[]): Decrypt {
  // only for whoever has something encrypted
  let parsed: Promise<Identities> | undefined;
  const keys = (): Promise<Identities> => (parsed ??= parseIdentities(identities));
  return async (path, bytes) => {
    const sealed = await sealedBytes(bytes);
    if (sealed !== undefined) {
      const opened = await openAge(sealed, await keys(), 'the file is encrypted with age');
      return looksLikeSops(opened) ? await decryptSops(opened, keys) : opened;
    }
    if (path.endsWith('.age')) throw new DecryptError('its name ends in .age, but it is not encrypted with age');
    return looksLikeSops(bytes) ? await decryptSops(bytes, keys) : bytes;
  };
}

/** The binary form of a file of age; undefined for another one. */
async function sealedBytes(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.subarray(0, BINARY.length).equals(BINARY)) return bytes;
  if (!buffer.subarray(0, 256).toString('latin1').trimStart().startsWith(ARMOR)) return undefined;
  const { armor } = await loadAge();
  try {
    return armor.decode(buffer.toString('latin1'));
  } catch (error) {
    throw new DecryptError(`the file is encrypted with age, and its armor is damaged: ${(error as Error).message}`);
  }
}
