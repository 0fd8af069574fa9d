import { access, constants, readFile } from 'node:fs/promises';
import type { HostFacts } from '../../ports/host.ts';
import type { SpecEnvironment } from './build.ts';
import { boundingCapabilities } from './capabilities.ts';
import { readHostDevices } from './devices.ts';
import { createSeccompProfiles } from './seccomp/cache.ts';

export interface MeasureOptions {
  /** Where a static init may be, best first; default: Debian's. */
  readonly initPaths?: readonly string[];
  /** A process with the limits that runtimes will have; default: this one. */
  readonly process?: number | 'self';
}

const INIT_PATHS = ['/usr/bin/tini-static', '/usr/sbin/tini-static', '/sbin/tini-static'];
const MEMSW_LIMIT = '/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes';

/** Looks once at what of this machine goes into specs; everything that is not there is left out. */
export async function measureSpecEnvironment(facts: HostFacts, options: MeasureOptions = {}): Promise<SpecEnvironment> {
  const proc = `/proc/${options.process ?? 'self'}`;
  const [initPath, limits, status, score, swapAccounting] = await Promise.all([
    firstExecutable(options.initPaths ?? INIT_PATHS),
    readFile(`${proc}/limits`, 'utf8').catch(() => ''),
    readFile(`${proc}/status`, 'utf8').catch(() => ''),
    readFile(`${proc}/oom_score_adj`, 'utf8').catch(() => ''),
    exists(MEMSW_LIMIT),
  ]);
  const openFilesHardLimit = openFilesLimit(limits);
  const capabilities = boundingCapabilities(status);
  return {
    facts,
    seccomp: createSeccompProfiles(facts.architecture),
    devices: readHostDevices,
    swapAccounting,
    ...(initPath === undefined ? {} : { initPath }),
    ...(openFilesHardLimit === undefined ? {} : { openFilesHardLimit }),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(score === '' ? {} : { oomScoreAdj: Number(score) }),
  };
}

/** The hard limit of `Max open files` in /proc/PID/limits (proc(5)). */
export function openFilesLimit(limits: string): number | undefined {
  const match = /^Max open files\s+\S+\s+(\d+|unlimited)/m.exec(limits);
  if (match === null) return undefined;
  return match[1] === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(match[1]);
}

async function firstExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if (await exists(path, constants.X_OK)) return path;
  return undefined;
}

async function exists(path: string, mode: number = constants.F_OK): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch {
    return false;
  }
}
