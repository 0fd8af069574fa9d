import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { Host } from '../ports/host.ts';
import { unlessMissing } from './failures.ts';
import type { HostSettings } from './host-settings.ts';
import type { Machine } from './machine.ts';
import { removeNetns } from './netns.ts';

export interface ForceOptions {
  readonly host: Pick<Host, 'run' | 'unmount'>;
  readonly machine: Machine;
  readonly settings: HostSettings;
  /** Bridges of this store. */
  readonly isOurs: (device: string) => boolean;
  /** Holds the namespaces of its sandboxes, and nothing else. */
  readonly netnsFolder: string;
}

/**
 * For the end of everything, after plugins were asked as far as they could be: namespaces, which take the interfaces in them along once nothing runs
 * there; bridges by their names, whatever is written down of them; settings of the machine. What plugins keep of their own is out of reach. One that
 * cannot be taken away keeps no other. Rejects with Unavailable when something is left.
 */
export async function takeAwayByForce({ host, machine, settings, isOurs, netnsFolder }: ForceOptions): Promise<void> {
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<unknown>): Promise<void> => {
    await work().catch((error: unknown) => failures.push(error));
  };
  for (const id of (await unlessMissing(readdir(netnsFolder))) ?? []) {
    await attempt(() => removeNetns(host, join(netnsFolder, id)));
  }
  for (const device of await machine.interfaces()) {
    if (isOurs(device)) await attempt(() => host.run('ip', ['link', 'del', device]));
  }
  await attempt(() => settings.restore());
  if (failures.length === 0) return;
  const message = failures.map((error) => (error instanceof Error ? error.message : String(error))).join('; ');
  throw new RuntimeError('Unavailable', `something of the networks is left: ${message}`, { cause: failures[0] });
}
