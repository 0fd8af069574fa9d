import type * as age from 'age-encryption';
import { DecryptError } from '../problem.ts';

/** Loaded when the first encrypted file is there: it computes large tables as it loads. */
export const loadAge = (): Promise<typeof age> => import('age-encryption');

/** Keys of age, checked once. */
export interface Identities {
  readonly secrets: readonly string[];
  /** Their public sides, `age1…`, for messages. */
  readonly recipients: readonly string[];
  /** What is wrong with the texts that they came from. */
  readonly mistakes: readonly string[];
}

const KEY = /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/;

/** From texts with one key a line; empty lines and comments (`#`) are left out. Keys themselves stand in no message. */
export async function parseIdentities(texts: readonly string[]): Promise<Identities> {
  const { Decrypter, identityToRecipient } = await loadAge();
  const secrets: string[] = [];
  const recipients: string[] = [];
  const mistakes: string[] = [];
  for (const line of texts.flatMap((text) => text.split('\n')).map((text) => text.trim())) {
    if (line === '' || line.startsWith('#') || secrets.includes(line)) continue;
    try {
      if (!KEY.test(line)) throw new Error('no key');
      new Decrypter().addIdentity(line);
      recipients.push(await identityToRecipient(line));
      secrets.push(line);
    } catch {
      mistakes.push(
        line.startsWith('age1')
          ? `${line.slice(0, 80)} is a public key: the key that begins with AGE-SECRET-KEY-1 is needed`
          : 'a line of the keys is no age key (AGE-SECRET-KEY-1…)',
      );
    }
  }
  return { secrets, recipients, mistakes };
}

/** Opens a file of age. Throws DecryptError, `sealedFor` are the recipients that it is known to be encrypted for. */
export async function openAge(
  sealed: Uint8Array,
  identities: Identities,
  what: string,
  sealedFor: readonly string[] = [],
): Promise<Uint8Array> {
  const { secrets, recipients, mistakes } = identities;
  const needed = sealedFor.length === 0 ? '' : `; it is encrypted for ${sealedFor.join(', ')}`;
  const also = mistakes.length === 0 ? '' : ` (${mistakes.join('; ')})`;
  if (secrets.length === 0) {
    const how =
      'put the age key into a Secret under a name that ends in .agekey, and name that in spec.decryption.secretRef';
    throw new DecryptError(`${what}, and no key is given${needed}: ${how}${also}`);
  }
  const { Decrypter } = await loadAge();
  const decrypter = new Decrypter();
  for (const secret of secrets) decrypter.addIdentity(secret);
  try {
    return await decrypter.decrypt(sealed);
  } catch (error) {
    const { message } = error as Error;
    if (!/no identity matched/i.test(message)) throw new DecryptError(`${what}, and is damaged: ${message}`);
    const given = `none of the keys that are given (${recipients.join(', ')}) opens it`;
    throw new DecryptError(`${what}; ${given}${needed}${also}`);
  }
}
