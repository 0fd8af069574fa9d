import { isIP } from 'node:net';
import { isAbsolute, join, resolve } from 'node:path';
import { BUILD_ENTITLEMENTS, type BuildEntitlement } from '../../schemas/values/build-entitlements.ts';
import {
  defaultDataDir,
  defaultListen,
  defaultRunDir,
  LOG_LEVELS,
  type DaemonOptions,
  type LogLevel,
} from '../daemon-options.ts';
import { UsageError } from '../errors.ts';
import type { Flags, FlagValues } from '../flags/flags.ts';
import type { Io } from '../io.ts';
import { defineCommand } from './command.ts';

const daemonFlags = {
  'data-dir': {
    type: 'text',
    value: 'DIR',
    help: 'Objects, volumes and images. Default: /var/lib/tsmoby for root, else ~/.local/share/tsmoby.',
  },
  'run-dir': {
    type: 'text',
    value: 'DIR',
    help: 'Sockets and records of this boot. Default: /run/tsmoby for root, else $XDG_RUNTIME_DIR/tsmoby.',
  },
  containerd: {
    type: 'text',
    value: 'WHICH',
    help: 'The containerd to use: own (tsmoby starts it, found on PATH), system, or unix:///path/of/its.sock. Default: own.',
  },
  listen: {
    type: 'texts',
    value: 'URL',
    help: 'Where to listen; may be given several times: unix:///path, https://127.0.0.1:PORT (0 is a free one). Default: the socket in the run directory, and https://127.0.0.1:0.',
  },
  'kubeconfig-out': {
    type: 'text',
    value: 'FILE',
    help: 'Write the kubeconfig of the HTTPS address here. Default: kubeconfig in the data directory.',
  },
  'log-level': { type: 'text', value: 'LEVEL', choices: LOG_LEVELS, default: 'info', help: 'How much to log.' },
  'allow-host-path': {
    type: 'texts',
    value: 'DIR',
    help: 'Let Volumes and Containers mount this path of the machine and all below it; may be given several times. Default: none.',
  },
  'allow-build-entitlement': {
    type: 'texts',
    value: 'NAME',
    help: `Let Builds have this entitlement, ${BUILD_ENTITLEMENTS.join(' or ')}; may be given several times. Default: none.`,
  },
  'no-default-builder': {
    type: 'boolean',
    help: 'Make no Builder "default" when there is none.',
  },
  sync: {
    type: 'texts',
    value: 'DIR',
    help: 'Follow the manifests in this directory, by a Sync of its name in namespace default; may be given several times. A daemon without the flag lets go of them, and leaves what they made.',
  },
  'webhook-listen': {
    type: 'text',
    value: 'ADDRESS:PORT',
    help: 'Take webhooks of Syncs here, and serve nothing else: 127.0.0.1:9292 behind a proxy, [::]:9292 for the whole world. Default: nowhere.',
  },
  'webhook-tls-cert': {
    type: 'text',
    value: 'FILE',
    help: 'Take webhooks by HTTPS, with this certificate (PEM, with what it hangs on). Read at the start.',
  },
  'webhook-tls-key': { type: 'text', value: 'FILE', help: 'The key of --webhook-tls-cert (PEM).' },
  'socket-group': {
    type: 'text',
    value: 'GROUP',
    help: 'Let members of this group use the socket. They are as good as root on this machine.',
  },
  ephemeral: {
    type: 'text',
    value: 'DIR',
    help: 'Keep everything in this directory, end when standard input does, and take away all that was made, containers and the directory included. In place of --data-dir and --run-dir.',
  },
  'node-name': { type: 'text', value: 'NAME', help: 'Name of this machine in objects. Default: its host name.' },
} as const satisfies Flags;

export const daemon = defineCommand({
  name: 'daemon',
  usage: [''],
  description:
    'Run the daemon in the foreground. Containers run on when it stops, and are adopted when it starts again.',
  examples: [
    'tsmoby daemon',
    'tsmoby daemon --sync /etc/tsmoby/manifests',
    'tsmoby daemon --data-dir /srv/tsmoby --run-dir /run/tsmoby-2 --log-level debug',
  ],
  flags: daemonFlags,
  async run({ flags, args, io }) {
    const options = daemonOptions(flags, args, io);
    const { runDaemon, runEphemeralDaemon } = await import('../daemon/main.ts');
    await (flags.ephemeral === undefined ? runDaemon(options) : runEphemeralDaemon(options));
    return 0;
  },
});

/** What the flags mean, paths made absolute. Throws UsageError. */
export function daemonOptions(
  flags: FlagValues<typeof daemonFlags>,
  args: readonly string[],
  io: Pick<Io, 'cwd' | 'env' | 'uid' | 'home'>,
): DaemonOptions {
  const [extra] = args;
  if (extra !== undefined) throw new UsageError(`the daemon takes no arguments: "${extra}"`);
  const absolute = (path: string): string => resolve(io.cwd, path);
  const { ephemeral } = flags;
  if (ephemeral !== undefined && (flags['run-dir'] ?? flags['data-dir']) !== undefined)
    throw new UsageError('--ephemeral has directories of its own: leave --data-dir and --run-dir out');
  const inside = (name: string): string | undefined => (ephemeral === undefined ? undefined : join(ephemeral, name));
  const runDir = absolute(inside('run') ?? flags['run-dir'] ?? defaultRunDir(io));
  const { 'kubeconfig-out': kubeconfigOut, 'socket-group': socketGroup, 'node-name': nodeName, containerd } = flags;
  return {
    dataDir: absolute(inside('data') ?? flags['data-dir'] ?? defaultDataDir(io)),
    runDir,
    listen: flags.listen.length > 0 ? flags.listen.map(checkListen) : defaultListen(runDir),
    logLevel: flags['log-level'] as LogLevel,
    allowHostPath: flags['allow-host-path'].map(checkHostPath),
    allowBuildEntitlement: flags['allow-build-entitlement'].map(checkEntitlement),
    defaultBuilder: !flags['no-default-builder'],
    syncDirectories: flags.sync.map(absolute),
    ...webhookOptions(flags, absolute),
    ...(containerd === undefined ? {} : { containerd: checkContainerd(containerd) }),
    ...(kubeconfigOut === undefined ? {} : { kubeconfigOut: absolute(kubeconfigOut) }),
    ...(socketGroup === undefined ? {} : { socketGroup }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}

function webhookOptions(
  flags: FlagValues<typeof daemonFlags>,
  absolute: (path: string) => string,
): Pick<DaemonOptions, 'webhookListen' | 'webhookTls'> {
  const { 'webhook-listen': webhookListen, 'webhook-tls-cert': cert, 'webhook-tls-key': key } = flags;
  if ((cert === undefined) !== (key === undefined))
    throw new UsageError('--webhook-tls-cert and --webhook-tls-key are given both or not at all');
  if (webhookListen === undefined) {
    if (cert !== undefined) throw new UsageError('--webhook-tls-cert: say where to listen with --webhook-listen');
    return {};
  }
  checkAddress(webhookListen);
  if (cert === undefined || key === undefined) return { webhookListen };
  return { webhookListen, webhookTls: { cert: absolute(cert), key: absolute(key) } };
}

/** An address and a port, both; a name could mean another address tomorrow. */
function checkAddress(text: string): void {
  const [, host = '', port = ''] = /^\[?([0-9a-fA-F.:]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  const isBracketed = text.startsWith('[') && text.includes(']:');
  const family = isIP(host);
  if (family !== 0 && (family === 6) === isBracketed && Number(port) <= 65_535) return;
  throw new UsageError(`--webhook-listen ${text}: write it as 127.0.0.1:PORT or [::1]:PORT`);
}

function checkListen(url: string): string {
  if (/^unix:\/\/\/./.test(url)) return url;
  const port = /^https:\/\/[^/]+:(\d+)\/?$/.exec(url)?.[1];
  if (port !== undefined && Number(port) <= 65_535) return url;
  throw new UsageError(`--listen ${url}: write it as unix:///path or https://127.0.0.1:PORT`);
}

function checkContainerd(which: string): string {
  if (which === 'own' || which === 'system' || /^unix:\/\/\/./.test(which)) return which;
  throw new UsageError(`--containerd ${which}: write own, system or unix:///path/of/containerd.sock`);
}

function checkEntitlement(name: string): BuildEntitlement {
  const known = BUILD_ENTITLEMENTS.find((one) => one === name);
  if (known !== undefined) return known;
  throw new UsageError(`--allow-build-entitlement ${name}: write ${BUILD_ENTITLEMENTS.join(' or ')}`);
}

function checkHostPath(path: string): string {
  if (isAbsolute(path)) return resolve(path);
  throw new UsageError(`--allow-host-path ${path}: the path must be absolute`);
}
