/** What the programs find around them. */
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RuntimeError } from '../../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Of the daemon alone, or of clients: not what a program of ours shall follow. */
const NOT_THEIRS = /^(NODE_|DOCKER_|BUILDKIT_|BUILDX_|NOTIFY_SOCKET$|LISTEN_|XDG_RUNTIME_DIR$)/;

/** Directories where programs are, those of the system included; npm's packages have programs of their own, which are not meant. */
export function programDirectories(env: Environment): readonly string[] {
  const system = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];
  const own = (env['PATH'] ?? '')
    .split(':')
    .filter((each) => each.startsWith('/') && !each.endsWith('node_modules/.bin'));
  return [...new Set([...own, ...system])];
}

/** The path of a program; undefined when it is not there. */
export async function findProgram(name: string, env: Environment): Promise<string | undefined> {
  for (const directory of programDirectories(env)) {
    const path = join(directory, name);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/** As the daemon's, proxies included; with our runc in front, and room for temporary mounts that is swept with everything else. */
export function programEnvironment(env: Environment, run: string): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !NOT_THEIRS.test(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: [join(run, 'bin'), ...programDirectories(env)].join(':'),
    TMPDIR: join(run, 'tmp'),
  };
}

/**
 * A `runc` that keeps the state of steps in the run directory: BuildKit starts runc without saying where, and /run/runc is everybody's. Rejects
 * with Unsupported where there is none.
 */
export async function writeRunc(env: Environment, run: string): Promise<string> {
  const runc = (await findProgram('buildkit-runc', env)) ?? (await findProgram('runc', env));
  if (runc === undefined) {
    throw new RuntimeError('Unsupported', 'runc is not on PATH: install the package runc', { reason: 'NoBuilder' });
  }
  await mkdir(join(run, 'bin'), { recursive: true, mode: 0o700 });
  const script = join(run, 'bin', 'runc');
  await writeFile(script, `#!/bin/sh\nexec ${quoted(runc)} --root ${quoted(join(run, 'runc'))} "$@"\n`, {
    mode: 0o700,
  });
  return script;
}

const quoted = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;
