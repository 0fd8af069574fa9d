/** Which addresses are this machine's own: the kernel's lists, without a program. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonical } from './accept-rules.ts';

/** Canonical; of loopback's network those that somebody has given. `procNet`: of the network namespace. */
export async function localAddresses(procNet: string): Promise<ReadonlySet<string>> {
  const [trie = '', inet6 = ''] = await Promise.all(
    ['fib_trie', 'if_inet6'].map((name) => readFile(join(procNet, name), 'utf8').catch(() => '')),
  );
  return new Set([...ipv4Of(trie), ...ipv6Of(inet6)]);
}

/** A leaf, and below it what it is. */
function ipv4Of(text: string): readonly string[] {
  let leaf = '';
  return text.split('\n').flatMap((line) => {
    leaf = /\|-- (\S+)$/.exec(line)?.[1] ?? leaf;
    return /^\s*\/32 host LOCAL/.test(line) ? [leaf] : [];
  });
}

/** 32 hexadecimal digits first. */
function ipv6Of(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const digits = /^[0-9a-f]{32}\b/.exec(line)?.[0];
    return digits === undefined ? [] : [canonical((digits.match(/.{4}/g) ?? []).join(':'))];
  });
}
