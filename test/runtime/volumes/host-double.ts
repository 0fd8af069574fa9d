import { mkdir } from 'node:fs/promises';
import { createFakeRuntime } from '../../../runtime/fake/create.ts';
import type { Host } from '../../../runtime/ports/host.ts';
import { createManualTime } from '../fake/manual-time.ts';

/** A host whose mounts are remembered, with real directories in their place: for tests without root. */
export function createHostDouble(): Host & { readonly mounts: Set<string> } {
  const time = createManualTime();
  const { host } = createFakeRuntime({ clock: time, timers: time });
  const mounts = new Set<string>();
  return {
    ...host,
    mounts,
    async mountTmpfs(path) {
      await mkdir(path, { recursive: true });
      mounts.add(path);
    },
    async unmount(path) {
      mounts.delete(path);
    },
    async mountsUnder(path) {
      return [...mounts].filter((at) => at === path || at.startsWith(`${path}/`));
    },
  };
}
