import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../errors.ts';
import type { HostFacts } from '../ports/host.ts';
import type { Sandbox, Sandboxes, SandboxSpec } from '../ports/sandboxes.ts';
import { isMark, prepareDirectory } from './boot.ts';
import { sandboxFiles, type HostFiles } from './content.ts';
import { fileFailure } from './failures.ts';

export interface SandboxesOptions {
  readonly facts: Pick<HostFacts, 'runDirectory' | 'bootId'>;
  /** The machine's files that sandboxes of mode `host` show; default /etc/hosts and /etc/resolv.conf. */
  readonly hostsPath?: string;
  readonly resolvConfPath?: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
/** Any user of the container reads them. */
const FILE_MODE = 0o644;

/** Sandboxes of modes `none` and `host`: three small files each, in `<run>/sandboxes/<id>`. */
export function createSandboxes(options: SandboxesOptions): Sandboxes {
  const root = join(options.facts.runDirectory, 'sandboxes');
  let prepared: Promise<void> | undefined;
  const prepare = async (): Promise<void> => {
    prepared ??= prepareDirectory(root, options.facts.bootId);
    try {
      await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  };
  return {
    async ensure(spec) {
      checkSpec(spec);
      const sandbox = describe(root, spec);
      try {
        await prepare();
        await write(join(root, spec.id), sandbox, sandboxFiles(spec, await hostFiles(spec, options)));
      } catch (error) {
        throw fileFailure(spec.id, error);
      }
      return sandbox;
    },
    async remove(id) {
      checkId(id);
      try {
        await rm(join(root, id), { recursive: true, force: true });
      } catch (error) {
        throw fileFailure(id, error);
      }
    },
    async list() {
      try {
        await prepare();
        return (await readdir(root)).filter((name) => !isMark(name));
      } catch (error) {
        throw fileFailure('directory', error);
      }
    },
  };
}

function describe(root: string, { id, mode }: SandboxSpec): Sandbox {
  const directory = join(root, id);
  return {
    id,
    mode,
    attachments: [],
    hostsPath: join(directory, 'hosts'),
    hostnamePath: join(directory, 'hostname'),
    resolvConfPath: join(directory, 'resolv.conf'),
  };
}

async function hostFiles(spec: SandboxSpec, options: SandboxesOptions): Promise<HostFiles> {
  if (spec.mode === 'none') return { hosts: '', resolvConf: '' };
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const [hosts, resolvConf] = await Promise.all([
    read(options.hostsPath ?? '/etc/hosts'),
    read(options.resolvConfPath ?? '/etc/resolv.conf'),
  ]);
  return { hosts, resolvConf };
}

/** In place, as running containers hold the files by their inodes; a half-written one differs, and the next ensure mends it. */
async function write(directory: string, paths: Sandbox, files: ReturnType<typeof sandboxFiles>): Promise<void> {
  const wanted = [
    [paths.hostsPath, files.hosts],
    [paths.hostnamePath, files.hostname],
    [paths.resolvConfPath, files.resolvConf],
  ] as const;
  const isNew = (await mkdir(directory, { recursive: true, mode: 0o755 })) !== undefined;
  await Promise.all(
    wanted.map(async ([path, content]) => {
      const found = isNew ? undefined : await readFile(path, 'utf8').catch(() => undefined);
      if (found !== content) await writeFile(path, content, { mode: FILE_MODE });
    }),
  );
}

function checkSpec({ id, hostname }: SandboxSpec): void {
  checkId(id);
  if (!NAME.test(hostname)) {
    throw new RuntimeError('InvalidArgument', `sandbox ${id}: ${JSON.stringify(hostname)} is not a host name`);
  }
}

function checkId(id: string): void {
  if (!NAME.test(id)) throw new RuntimeError('InvalidArgument', `${JSON.stringify(id)} cannot be the id of a sandbox`);
}
