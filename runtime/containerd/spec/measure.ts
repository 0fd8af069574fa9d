import { access, constants, readFile } from 'node:fs/promises';
import type { HostFacts } from '../../ports/host.ts';
import type { SpecEnvironment } from './build.ts';
import { boundingCapabilities } from './capabilities.ts';
import { readHostDevices } from './devices.ts';
import { createSeccompProfiles } from './seccomp/cache.ts';
import { parseHardLimits } from './ulimits.ts';

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
  const hardLimits = parseHardLimits(limits);
  const capabilities = boundingCapabilities(status);
  return {
    facts,
    seccomp: createSeccompProfiles(facts.architecture),
    devices: readHostDevices,
    swapAccounting,
    ...(initPath === undefined ? {} : { initPath }),
    ...(hardLimits.size === 0 ? {} : { hardLimits }),
    ...(capabilities === undefined ? {} : { capabilities }),
    ...(score === '' ? {} : { oomScoreAdj: Number(score) }),
  };
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
