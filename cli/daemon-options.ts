/** What `tsmoby daemon` can be told, and where it keeps its things when it is told nothing. */
import { join } from 'node:path';
import { socketPathIn, type UserSurroundings } from '../client/daemon-socket.ts';
import type { BuildEntitlement } from '../schemas/values/build-entitlements.ts';

export { defaultRunDir, socketPathIn } from '../client/daemon-socket.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Levels of `--log-level`, most talkative first. */
export const LOG_LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

export interface DaemonOptions {
  /** Objects, volumes and images that must survive a reboot. Absolute. */
  readonly dataDir: string;
  /** Sockets, FIFOs and records of this boot. Absolute. */
  readonly runDir: string;
  /** `unix:///…`: that one. `system`: the machine's. `own`, or absent: one that tsmoby starts itself. */
  readonly containerd?: string;
  /** `unix:///path` or `https://127.0.0.1:port`, where port 0 is a free one. At least one. */
  readonly listen: readonly string[];
  /** File that gets the kubeconfig of the HTTPS listener; absent: `kubeconfig` in the data directory. Absolute. */
  readonly kubeconfigOut?: string;
  readonly logLevel: LogLevel;
  /** Host paths that Volumes and Containers may mount, with all below them. Absolute. */
  readonly allowHostPath: readonly string[];
  /** What Builds may ask for beyond a sandbox. */
  readonly allowBuildEntitlement: readonly BuildEntitlement[];
  /** A Builder `default` is made when there is none. */
  readonly defaultBuilder: boolean;
  /** Directories of manifests that are followed, each by a Sync. Absolute. */
  readonly syncDirectories: readonly string[];
  /** `ADDRESS:PORT` where webhooks of Syncs are served, and nothing else; absent: nowhere. */
  readonly webhookListen?: string;
  /** PEM files for it. Absolute. */
  readonly webhookTls?: { readonly cert: string; readonly key: string };
  /** Members of this group may open the unix socket, which makes them admin. */
  readonly socketGroup?: string;
  /** Name of this machine in `spec.nodeName`; absent: its host name. */
  readonly nodeName?: string;
  /** File that tells one boot of the machine from another; absent: the kernel's. No flag sets it: tests boot a machine with it. */
  readonly bootIdPath?: string;
}

/** What the defaults depend on. */
export interface DaemonSurroundings extends UserSurroundings {
  readonly home: string;
}

/** Root: `/var/lib/tsmoby`. Others: `$XDG_DATA_HOME/tsmoby`, which is `~/.local/share/tsmoby` unless set. */
export function defaultDataDir({ env, uid, home }: DaemonSurroundings): string {
  if (uid === 0) return '/var/lib/tsmoby';
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'tsmoby');
}

/** `--listen` when it is not given: the unix socket for our own commands, HTTPS for kubectl. */
export const defaultListen = (runDir: string): readonly string[] => [
  `unix://${socketPathIn(runDir)}`,
  'https://127.0.0.1:0',
];
