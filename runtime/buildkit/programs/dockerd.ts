import { rmdir, readdir } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import type { BuilderPaths, ProgramPaths } from './paths.ts';

/** Made by every dockerd, whatever it is told. */
const COMMON = '/run/docker';
const PLUGINS = 'plugins';

/**
 * It keeps its images in containerd: only so an image of it gets to us without being copied. Entitlement network.host it gives by itself, and has to: steps
 * that ask for no network in particular have no other one.
 */
export function dockerdConfig(entitlements: readonly string[]): string {
  const isInsecure = entitlements.includes('security.insecure');
  const config = {
    features: { 'containerd-snapshotter': true },
    ...(isInsecure ? { builder: { entitlements: { 'security-insecure': true } } } : {}),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

export interface ContainerdPlace {
  readonly socketPath: string;
  /** Its own: a BuildKit takes what is in its namespace for its property. */
  readonly namespace: string;
}

/** A dockerd that only builds: no network, no rule of a firewall, nothing outside of our directories and its namespaces. */
export function dockerdArguments(
  { run, cgroup }: BuilderPaths,
  { root, socket, words }: ProgramPaths,
  { socketPath, namespace }: ContainerdPlace,
): readonly string[] {
  return [
    ...words,
    `--host=unix://${socket}`,
    '--group=0',
    '--log-level=warn',
    `--data-root=${root}`,
    `--exec-root=${join(run, 'exec')}`,
    `--pidfile=${pidFile(run)}`,
    `--containerd=${socketPath}`,
    `--containerd-namespace=${namespace}`,
    `--containerd-plugins-namespace=${pluginsOf(namespace)}`,
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    '--ip-forward=false',
    '--ip-masq=false',
    '--userland-proxy=false',
    '--exec-opt=native.cgroupdriver=cgroupfs',
    `--cgroup-parent=${cgroup}`,
  ];
}

export const pidFile = (run: string): string => join(run, 'dockerd.pid');

const pluginsOf = (namespace: string): string => `${namespace}-plugins`;

/** All that it makes in containerd; what refers to the others first. */
export const namespacesOf = (namespace: string): readonly string[] => [
  `${namespace}_history`,
  namespace,
  pluginsOf(namespace),
];

/** It listens long before it is ready, and answers this when it is. */
export function answersPing(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ socketPath, path: '/_ping', agent: false, timeout: 5000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/** Where it was the only dockerd of the machine. */
export async function removeCommonFolder(folder = COMMON): Promise<void> {
  const names = await readdir(folder).catch(() => undefined);
  if (names === undefined || names.some((name) => name !== PLUGINS)) return;
  await rmdir(join(folder, PLUGINS)).catch(() => undefined);
  await rmdir(folder).catch(() => undefined);
}
