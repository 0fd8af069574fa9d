/** What gpg (its status lines, by `--raw`) and ssh-keygen say of a signature. */

/** Who signed, of a signature that is good: a name, and the key's fingerprint. */
export function signerIn(text: string): string | undefined {
  const [, name] = /^\[GNUPG:\] GOODSIG \S+ (.*)$/m.exec(text) ?? [];
  const [, fingerprint] = /^\[GNUPG:\] VALIDSIG (\S+)/m.exec(text) ?? [];
  if (name !== undefined && fingerprint !== undefined) return `${name} (${fingerprint})`;
  const [, principal, key] = /^Good "git" signature for (.+) with \S+ key (\S+)$/m.exec(text) ?? [];
  return principal === undefined || key === undefined ? undefined : `${principal} (${key})`;
}

const words: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/\[GNUPG:\] BADSIG \S+ (.*)$/m, ([, name]) => `was changed after ${name} signed it`],
  [/\[GNUPG:\] EXPKEYSIG \S+ (.*)$/m, ([, name]) => `is signed by ${name}, whose key has expired`],
  [/\[GNUPG:\] EXPSIG \S+ (.*)$/m, ([, name]) => `is signed by ${name}, and the signature has expired`],
  [/\[GNUPG:\] REVKEYSIG \S+ (.*)$/m, ([, name]) => `is signed by ${name}, whose key was revoked`],
  [/\[GNUPG:\] NO_PUBKEY (\S+)/m, ([, key]) => `is signed by the key ${key}, which is none of those allowed`],
  [/\[GNUPG:\] ERRSIG (\S+)/m, ([, key]) => `is signed by the key ${key}, and that cannot be checked`],
  [
    /Good "git" signature with (\S+) key (\S+)/m,
    ([, type, key]) => `is signed by the ${type} key ${key}, which is none of those allowed`,
  ],
];

/** What is wrong with a signature that is not good, to go behind the name of what is signed. */
export function strangerIn(text: string): string {
  for (const [pattern, say] of words) {
    const match = pattern.exec(text);
    if (match !== null) return say(match);
  }
  return 'has a signature that is broken';
}
