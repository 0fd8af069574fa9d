import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FirewallNetwork, Forward } from '../ports/firewall.ts';

/** What this machine's kernel was given last. */
export interface Applied {
  readonly networks: readonly FirewallNetwork[];
  readonly forwards: readonly Forward[];
  /** Whether our table is known to be just that. Not when somebody died, or was stopped, while it was being changed. */
  readonly table: boolean;
  /** Likewise the rules in others' chains. */
  readonly beside: boolean;
}

/** Nothing is known of this boot: whatever is there is not wanted, until somebody says so. */
export const UNKNOWN: Applied = { networks: [], forwards: [], table: false, beside: false };

/** UNKNOWN when it was written in another boot, or not at all. */
export async function readApplied(path: string, bootId: string): Promise<Applied> {
  try {
    const { bootId: of, ...applied } = JSON.parse(await readFile(path, 'utf8')) as Applied & { bootId: string };
    return of === bootId ? { ...UNKNOWN, ...applied } : UNKNOWN;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return UNKNOWN;
    throw error;
  }
}

/** In one rename: a crash leaves the old one or the new one. */
export async function writeApplied(path: string, bootId: string, applied: Applied): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, `${JSON.stringify({ bootId, ...applied })}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}
