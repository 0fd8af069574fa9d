import { mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensureCertificates } from '../../../api/tls/certificates.ts';
import { probe } from '../../../proto/grpc/probe.ts';
import type { BuilderEndpoint } from '../../../runtime/ports/builders.ts';
import { freePort } from '../free-port.ts';
import { makeFolder } from '../interruption.ts';
import { pathWith, wrapRunc } from './runc.ts';
import { mountDisk } from './small-disk.ts';
import { nameOf, startBuilder, type TestBuilder } from './test-builder.ts';

export interface BuildkitdOptions {
  /** Path of the program. */
  readonly binary: string;
  readonly worker: 'oci' | { readonly containerd: string };
  /** Over TCP on the loopback address, for clients with a certificate of the test's authority. */
  readonly tls?: boolean;
  /** Registries that have certificates, by `host:port`: path of their authority. Without it those on the loopback address are asked over http. */
  readonly registries?: Readonly<Record<string, { readonly ca: string }>>;
  /** Its root is a disk of this many bytes. */
  readonly rootBytes?: number;
}

/**
 * A private buildkitd with one worker (with two, builds would use the oci one): its own files, sockets, runc state and cgroups; in containerd a
 * namespace of its own. Steps are in the machine's network. Rejects when it does not come up.
 */
export async function startBuildkitd(options: BuildkitdOptions): Promise<TestBuilder> {
  const { binary, worker, tls = false } = options;
  const folder = await makeFolder('/tmp/tsm-b-');
  const name = nameOf(folder);
  const { endpoint, lines } = tls ? await encrypted(folder) : onSocket(folder);
  const runc = await wrapRunc(folder);
  await mkdir(join(folder, 'tmp'));
  if (options.rootBytes !== undefined) await mountDisk(join(folder, 'root'), options.rootBytes);
  const config = join(folder, 'buildkitd.toml');
  const text = [...configuration(folder), ...lines, ...workerLines(folder, name, worker), ...registryLines(options)];
  await writeFile(config, `${text.join('\n')}\n`);
  return await startBuilder(
    {
      folder,
      words: [binary, '--config', config],
      env: { PATH: pathWith(runc), TMPDIR: join(folder, 'tmp') },
      isReady: () => (endpoint.type === 'tcp' ? listens(endpoint.port) : probe(endpoint.path)),
    },
    { endpoint, ...(worker === 'oci' ? {} : { containerd: { socketPath: worker.containerd, namespace: name } }) },
  );
}

function configuration(folder: string): readonly string[] {
  return [
    `root = "${folder}/root"`,
    'insecure-entitlements = ["network.host"]',
    '[log]',
    'level = "warn"',
    '[otel]',
    `socketPath = "${folder}/otel.sock"`,
    '[cdi]',
    'disabled = true',
  ];
}

function onSocket(folder: string): { readonly endpoint: BuilderEndpoint; readonly lines: readonly string[] } {
  const path = join(folder, 'b.sock');
  return { endpoint: { type: 'unix', path }, lines: ['[grpc]', `address = ["unix://${path}"]`] };
}

async function encrypted(folder: string): Promise<{ endpoint: BuilderEndpoint; lines: readonly string[] }> {
  const host = '127.0.0.1';
  const port = await freePort();
  const directory = join(folder, 'tls');
  const { ca, admin } = await ensureCertificates({ directory, hosts: [host], now: Date.now() });
  return {
    endpoint: { type: 'tcp', host, port, tls: { ca, cert: admin.cert, key: admin.key } },
    lines: [
      '[grpc]',
      `address = ["tcp://${host}:${String(port)}"]`,
      '[grpc.tls]',
      `cert = "${directory}/server.crt"`,
      `key = "${directory}/server.key"`,
      `ca = "${directory}/ca.crt"`,
    ],
  };
}

function workerLines(folder: string, name: string, worker: BuildkitdOptions['worker']): readonly string[] {
  const common = [
    'enabled = true',
    'snapshotter = "overlayfs"',
    'networkMode = "host"',
    `defaultCgroupParent = "/${name}"`,
  ];
  if (worker === 'oci') {
    return ['[worker.oci]', ...common, `binary = "${folder}/bin/runc"`, '[worker.containerd]', 'enabled = false'];
  }
  return [
    '[worker.oci]',
    'enabled = false',
    '[worker.containerd]',
    ...common,
    `address = "${worker.containerd}"`,
    `namespace = "${name}"`,
    // Steps are tasks of containerd: their runc must be told as well.
    '[worker.containerd.runtime]',
    'name = "io.containerd.runc.v2"',
    '[worker.containerd.runtime.options]',
    `Root = "${folder}/runc"`,
  ];
}

function registryLines({ registries = {} }: BuildkitdOptions): readonly string[] {
  return Object.entries(registries).flatMap(([host, { ca }]) => [
    `[registry."${host}"]`,
    'http = false',
    `ca = ["${ca}"]`,
  ]);
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
