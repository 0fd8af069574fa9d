/** Go's file mode: the permissions where they always are, everything else in bits of its own. All arithmetic is unsigned. */
import type { EntryType } from '../../files/entry.ts';

const goType = {
  directory: 2 ** 31,
  link: 2 ** 27,
  device: 2 ** 26,
  fifo: 2 ** 25,
  socket: 2 ** 24,
  character: 2 ** 21,
  irregular: 2 ** 19,
} as const;
const goBit = { setuid: 2 ** 23, setgid: 2 ** 22, sticky: 2 ** 20 } as const;

/** A socket has no bit: the other side takes it for an empty file, and that is what it gets. */
const typeBits: Readonly<Record<EntryType, number>> = {
  file: 0,
  socket: 0,
  directory: goType.directory,
  link: goType.link,
  fifo: goType.fifo,
  block: goType.device,
  character: goType.device + goType.character,
};

/** `mode`: permissions, setuid, setgid and sticky bit, as `lstat` has them. */
export function toGoMode(type: EntryType, mode: number): number {
  return (
    (mode & 0o777) +
    typeBits[type] +
    ((mode & 0o4000) === 0 ? 0 : goBit.setuid) +
    ((mode & 0o2000) === 0 ? 0 : goBit.setgid) +
    ((mode & 0o1000) === 0 ? 0 : goBit.sticky)
  );
}

export interface FromGoMode {
  /** `other`: what no file of ours can be. */
  readonly type: 'file' | 'directory' | 'link' | 'fifo' | 'device' | 'other';
  /** For `chmod`. */
  readonly mode: number;
}

export function fromGoMode(goMode: number): FromGoMode {
  const has = (bit: number): boolean => Math.floor(goMode / bit) % 2 === 1;
  const mode =
    (goMode & 0o777) +
    (has(goBit.setuid) ? 0o4000 : 0) +
    (has(goBit.setgid) ? 0o2000 : 0) +
    (has(goBit.sticky) ? 0o1000 : 0);
  if (has(goType.directory)) return { type: 'directory', mode };
  if (has(goType.link)) return { type: 'link', mode };
  if (has(goType.device)) return { type: 'device', mode };
  if (has(goType.fifo)) return { type: 'fifo', mode };
  if (has(goType.socket) || has(goType.irregular)) return { type: 'other', mode };
  return { type: 'file', mode };
}
