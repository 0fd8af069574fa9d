/**
 * Keeps the daemons of packages from starting while they are installed, and on a systemd machine from starting at the
 * next boot: tsmoby runs its own containerd, and the tests their own dockerd, registry and sshd.
 */
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { output } from './run.ts';

/** Debian's hook (invoke-rc.d and deb-systemd-invoke ask it); 101 means "not allowed". */
const policyFile = '/usr/sbin/policy-rc.d';
const marker = '# tsmoby set-up: removed when the installation is over';
const policy = `#!/bin/sh\n${marker}\nexit 101\n`;

/** Packages whose services would be enabled by their installation. */
const services: ReadonlyMap<string, readonly string[]> = new Map([
  ['containerd', ['containerd.service']],
  ['docker.io', ['docker.service', 'docker.socket']],
  ['docker-registry', ['docker-registry.service']],
  ['openssh-server', ['ssh.service']],
]);

/**
 * Holds until disposed. A policy of the machine's owner is respected, and so is a service that was enabled before (of a package that was there and too
 * old); a policy that a crash of ours left is removed.
 */
export async function holdServices(packages: readonly string[]): Promise<AsyncDisposable> {
  const own = !existsSync(policyFile) || (await readFile(policyFile, 'utf8')).includes(marker);
  const fresh = await notEnabled(packages.flatMap((name) => services.get(name) ?? []));
  if (own) await writeFile(policyFile, policy, { mode: 0o755 });
  return {
    async [Symbol.asyncDispose]() {
      if (own) await rm(policyFile, { force: true });
      if (fresh.length > 0) await output('systemctl', ['disable', ...fresh]);
    },
  };
}

/** None where no systemd runs. */
async function notEnabled(units: readonly string[]): Promise<readonly string[]> {
  if (!existsSync('/run/systemd/system')) return [];
  const enabled = await Promise.all(
    units.map((unit) =>
      output('systemctl', ['is-enabled', unit]).then(
        () => true,
        () => false,
      ),
    ),
  );
  return units.filter((_, index) => !enabled[index]);
}
