import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildOciSpec, type SpecEnvironment } from '../../../runtime/containerd/spec/build.ts';
import type { InstanceSpec } from '../../../runtime/ports/containers.ts';
import { makeFolder, whenInterrupted } from '../../support/interruption.ts';

const exec = promisify(execFile);

export interface BundleResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A root file system of busybox alone, and runc with its own state directory: runs our specs without containerd. */
export interface Bundle extends AsyncDisposable {
  readonly directory: string;
  run(spec: InstanceSpec, environment: SpecEnvironment): Promise<BundleResult>;
}

export async function createBundle(applets: readonly string[]): Promise<Bundle> {
  const directory = await makeFolder('/tmp/tsm-spec-');
  const bin = join(directory, 'rootfs', 'bin');
  await mkdir(bin, { recursive: true });
  await mkdir(join(directory, 'rootfs', 'tmp'));
  await copyFile('/bin/busybox', join(bin, 'busybox'));
  for (const applet of applets) await symlink('busybox', join(bin, applet));
  return {
    directory,
    async run(spec, environment) {
      await writeFile(join(directory, 'config.json'), buildOciSpec(spec, environment));
      const args = ['--root', join(directory, 'runc'), 'run', '--bundle', directory, spec.id];
      try {
        const { stdout, stderr } = await exec('runc', args, { timeout: 20_000 });
        return { code: 0, stdout, stderr };
      } catch (error) {
        const failed = error as { code?: number; stdout?: string; stderr?: string };
        return { code: failed.code ?? -1, stdout: failed.stdout ?? '', stderr: failed.stderr ?? String(error) };
      }
    },
    // runc's process may be gone and the container's not
    [Symbol.asyncDispose]: whenInterrupted(async () => {
      const { stdout } = await exec('runc', ['--root', join(directory, 'runc'), 'list', '-q']);
      for (const id of stdout.split('\n').filter((line) => line !== '')) {
        await exec('runc', ['--root', join(directory, 'runc'), 'delete', '--force', id]);
      }
      await rm(directory, { recursive: true, force: true });
    }),
  };
}

/** runc removes the leaf and leaves its parent, in every hierarchy. */
export async function removeCgroups(parent: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  const hierarchies = [root, ...(await readdir(root)).map((name) => join(root, name))];
  for (const hierarchy of hierarchies) await rmdir(join(hierarchy, parent)).catch(() => undefined);
}
