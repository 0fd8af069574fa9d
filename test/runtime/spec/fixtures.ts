import type { SpecEnvironment } from '../../../runtime/containerd/spec/build.ts';
import type { InstanceSpec } from '../../../runtime/ports/containers.ts';
import type { HostFacts } from '../../../runtime/ports/host.ts';
import { defaultCapabilities } from '../../../schemas/values/capabilities.ts';

export const facts: HostFacts = {
  nodeName: 'node',
  bootId: 'boot',
  architecture: 'amd64',
  rootless: false,
  cgroups: { version: 1, controllers: ['memory', 'cpu', 'pids'] },
  dataDirectory: '/data',
  runDirectory: '/run/tsmoby',
  storeIdentity: 'store-1',
};

export const environment: SpecEnvironment = { facts };

export const rootlessFacts: HostFacts = { ...facts, rootless: true, cgroups: { version: 1, controllers: [] } };

/** An instance that runs `args` as root with the defaults of a Container. */
export function instance(args: readonly string[], changes: Partial<InstanceSpec> = {}): InstanceSpec {
  return {
    id: 'uid-1',
    owner: { kind: 'Container', namespace: 'default', name: 'web', uid: 'uid' },
    labels: {},
    root: { chainId: 'sha256:0', manifestDigest: 'sha256:1', snapshotter: 'overlayfs', readOnly: false },
    process: {
      args,
      env: ['PATH=/bin'],
      cwd: '/',
      user: { uid: 0, gid: 0, additionalGids: [] },
      terminal: false,
    },
    security: {
      privileged: false,
      noNewPrivileges: false,
      capabilities: defaultCapabilities(),
      seccomp: 'RuntimeDefault',
    },
    mounts: [],
    resources: {},
    hostname: 'web',
    sandbox: { mode: 'none' },
    init: false,
    ...changes,
  };
}
