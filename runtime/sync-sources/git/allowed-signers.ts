import { RuntimeError } from '../../errors.ts';

const keyType = /^(ssh-|ecdsa-|sk-)[\w@.-]+$/;

/** ssh's file of who may sign: lines of one as they are, and bare public keys under the name that stands behind them. */
export function allowedSigners(keys: readonly string[]): string {
  const lines = keys.flatMap((text) => text.split(/\r?\n/)).map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => `${withPrincipal(line)}\n`)
    .join('');
}

function withPrincipal(line: string): string {
  if (line.startsWith('-----')) {
    throw new RuntimeError('InvalidArgument', 'a key for ssh is a public key or lines of an allowed_signers file');
  }
  const [type = '', key = '', ...comment] = line.split(/\s+/);
  if (!keyType.test(type)) return line;
  // Names are patterns in that file, and several are parted by commas.
  const name = comment.join('_');
  return `${/^[\w.@+-]+$/.test(name) ? name : 'unnamed'} namespaces="git" ${type} ${key}`;
}
