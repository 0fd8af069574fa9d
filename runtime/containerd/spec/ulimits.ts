import { RuntimeError } from '../../errors.ts';
import type { InstanceUlimit } from '../../ports/containers.ts';
import type { OciRlimit, Unlimited } from './oci.ts';

/** What of this machine the limits of processes depend on. */
export interface UlimitEnvironment {
  /** Hard limits that the runtime itself has, by ulimit(1)'s names; Infinity is none. */
  readonly hardLimits?: ReadonlyMap<string, number>;
  /** What the runtime itself may hold (CapBnd), CAP_… names. Absent: all there are. */
  readonly capabilities?: readonly string[];
  readonly rootless: boolean;
}

const OPEN_FILES_SOFT = 1024;
const OPEN_FILES_HARD = 524_288;

/**
 * systemd's defaults for open files: a low soft limit keeps select(2) programs safe. Never above what we have ourselves (root in a container
 * often lacks CAP_SYS_RESOURCE, and the start would fail); unknown: as inherited. What is asked for is not lowered: rejects with
 * InvalidArgument, reason LimitRefused.
 */
export function ociRlimits(
  wanted: readonly InstanceUlimit[],
  environment: UlimitEnvironment,
): readonly OciRlimit[] | undefined {
  const own = environment.hardLimits?.get('nofile');
  const asked = wanted.map((limit) => rlimit(limit, environment));
  if (own === undefined || wanted.some(({ name }) => name === 'nofile')) return asked.length === 0 ? undefined : asked;
  const hard = Math.min(OPEN_FILES_HARD, own);
  return [{ type: 'RLIMIT_NOFILE', hard, soft: Math.min(OPEN_FILES_SOFT, hard) }, ...asked];
}

function rlimit({ name, soft, hard }: InstanceUlimit, environment: UlimitEnvironment): OciRlimit {
  const most = mayRaise(environment) ? Infinity : (environment.hardLimits?.get(name) ?? Infinity);
  if (countOf(hard) > most) {
    throw new RuntimeError(
      'InvalidArgument',
      `ulimit ${name}: ${shown(hard)} is more than the runtime itself may have (${shown(most)}), and it has not the capability to raise that; ask for less, or start the daemon with a higher limit`,
      { reason: 'LimitRefused' },
    );
  }
  return { type: `RLIMIT_${name.toUpperCase()}`, hard: valueOf(hard), soft: valueOf(soft) };
}

/** setrlimit(2): only this capability of the first user namespace raises hard limits. */
const mayRaise = ({ rootless, capabilities }: UlimitEnvironment): boolean =>
  !rootless && (capabilities?.includes('CAP_SYS_RESOURCE') ?? true);

const countOf = (limit: number): number => (limit < 0 ? Infinity : limit);
const shown = (limit: number): string => (countOf(limit) === Infinity ? 'unlimited' : String(limit));
const valueOf = (limit: number): number | Unlimited => (limit < 0 ? UNLIMITED : limit);

/** Node 24 has it (proposal json-parse-with-source), TypeScript's library does not know it yet. */
const UNLIMITED = (JSON as typeof JSON & { rawJSON(text: string): Unlimited }).rawJSON(String(2n ** 64n - 1n));

/** What /proc/PID/limits calls them (proc(5)). */
const ROWS: Readonly<Record<string, string>> = {
  'address space': 'as',
  'core file size': 'core',
  'cpu time': 'cpu',
  'data size': 'data',
  'file size': 'fsize',
  'file locks': 'locks',
  'locked memory': 'memlock',
  'msgqueue size': 'msgqueue',
  'nice priority': 'nice',
  'open files': 'nofile',
  processes: 'nproc',
  'resident set': 'rss',
  'realtime priority': 'rtprio',
  'realtime timeout': 'rttime',
  'pending signals': 'sigpending',
  'stack size': 'stack',
};

/** The hard limits in /proc/PID/limits. */
export function parseHardLimits(limits: string): ReadonlyMap<string, number> {
  const rows = [...limits.matchAll(/^Max ([a-z ]+?)\s{2,}\S+\s+(\d+|unlimited)/gm)];
  return new Map(
    rows.flatMap(([, row = '', value = '']): [string, number][] => {
      const name = ROWS[row];
      return name === undefined ? [] : [[name, value === 'unlimited' ? Infinity : Number(value)]];
    }),
  );
}
