/**
 * Keeps the daemons of packages from starting while they are installed, and on a systemd machine from starting at the
 * next boot: tsmoby runs its own containerd, and the tests their own registry.
 */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { output } from './run.ts';

/** Debian's hook (invoke-rc.d and deb-systemd-invoke ask it); 101 means "not allowed". */
const policyFile = '/usr/sbin/policy-rc.d';
const marker = '# tsmoby set-up: removed when the installation is over';
const policy = `#!/bin/sh\n${marker}\nexit 101\n`;

/** Packages whose services would be enabled by their installation. */
const services: ReadonlyMap<string, string> = new Map([
  ['containerd', 'containerd.service'],
  ['docker-registry', 'docker-registry.service'],
]);

/** Holds until disposed. A policy of the machine's owner is respected; one that a crash of ours left is removed. */
export async function holdServices(packages: readonly string[]): Promise<AsyncDisposable> {
  const own = !existsSync(policyFile) || (await readFile(policyFile, 'utf8')).includes(marker);
  if (own) await writeFile(policyFile, policy, { mode: 0o755 });
  return {
    async [Symbol.asyncDispose]() {
      if (own) await rm(policyFile, { force: true });
      const units = packages.flatMap((name) => services.get(name) ?? []);
      if (units.length > 0 && existsSync('/run/systemd/system')) await output('systemctl', ['disable', ...units]);
    },
  };
}
