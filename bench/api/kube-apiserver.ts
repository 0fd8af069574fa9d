/**
 * kube-apiserver on an etcd of its own, for comparison: the binaries that TSMOBY_BENCH_KUBE_APISERVER and TSMOBY_BENCH_ETCD
 * name. Everything is at its defaults; etcd has fsync on, as it must.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { issue, type KeyedCertificate } from '../../api/tls/issue.ts';
import { firstList } from './first-list.ts';
import type { MeasuredServer } from './server.ts';
import type { Target } from './target.ts';

const START_MS = 120_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Undefined where the environment names no binaries. `folder` is made, and removed with the server. */
export async function openKubeApiserver(folder: string, signal: AbortSignal): Promise<MeasuredServer | undefined> {
  const { TSMOBY_BENCH_KUBE_APISERVER: program, TSMOBY_BENCH_ETCD: etcd } = process.env;
  if (program === undefined || etcd === undefined) return undefined;
  await using opening = new AsyncDisposableStack();
  await mkdir(folder, { recursive: true });
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  const [client, peer, port] = await freePorts(3);
  const target = await writeCertificates(folder, port);
  const commands = [
    [etcd, ...etcdFlags(folder, client, peer)],
    [program, ...apiserverFlags(folder, client, port)],
  ];
  let children: ChildProcess[] = [];
  const start = async (): Promise<void> => {
    children = [];
    for (const command of commands) children.push(await run(command, folder));
  };
  const stop = async (): Promise<void> => {
    for (const child of children.toReversed()) await end(child);
  };
  opening.defer(stop);
  await start();
  const ended = new AbortController();
  for (const child of children) child.once('exit', () => ended.abort());
  await firstList(target, AbortSignal.any([signal, ended.signal, AbortSignal.timeout(START_MS)])).catch(
    async (cause: unknown) => {
      throw new Error(`kube-apiserver did not come up:\n${await lastWords(folder)}`, { cause });
    },
  );
  const opened = opening.move();
  return {
    name: 'kube-apiserver',
    target,
    pids: () => children.map(({ pid = 0 }) => pid),
    stop,
    start,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const etcdFlags = (folder: string, client: number, peer: number): readonly string[] => [
  `--data-dir=${join(folder, 'etcd')}`,
  `--listen-client-urls=http://127.0.0.1:${client}`,
  `--advertise-client-urls=http://127.0.0.1:${client}`,
  `--listen-peer-urls=http://127.0.0.1:${peer}`,
];

const apiserverFlags = (folder: string, etcd: number, port: number): readonly string[] => [
  `--etcd-servers=http://127.0.0.1:${etcd}`,
  '--bind-address=127.0.0.1',
  `--secure-port=${port}`,
  `--tls-cert-file=${join(folder, 'server.crt')}`,
  `--tls-private-key-file=${join(folder, 'server.key')}`,
  `--client-ca-file=${join(folder, 'ca.crt')}`,
  `--service-account-key-file=${join(folder, 'server.pub')}`,
  `--service-account-signing-key-file=${join(folder, 'server.key')}`,
  '--service-account-issuer=https://kubernetes.default.svc',
  '--service-cluster-ip-range=10.0.0.0/24',
  '--authorization-mode=RBAC',
];

async function writeCertificates(folder: string, port: number): Promise<Target> {
  const life = { now: Date.now(), lifetimeMs: DAY_MS };
  const authority = await issue({ commonName: 'bench-ca', usage: 'authority', ...life });
  const wish = { commonName: 'kube-apiserver', usage: 'server', hosts: ['127.0.0.1', 'localhost'], ...life } as const;
  const server = await issue(wish, authority);
  const organizations = ['system:masters'];
  const admin = await issue({ commonName: 'bench', organizations, usage: 'client', ...life }, authority);
  const files: readonly (readonly [string, KeyedCertificate])[] = [
    ['ca', authority],
    ['server', server],
  ];
  for (const [name, { cert, key }] of files) {
    await writeFile(join(folder, `${name}.crt`), cert);
    await writeFile(join(folder, `${name}.key`), key, { mode: 0o600 });
  }
  const verifier = createPublicKey(server.key).export({ type: 'spki', format: 'pem' });
  await writeFile(join(folder, 'server.pub'), verifier);
  return { host: '127.0.0.1', port, ca: authority.cert, cert: admin.cert, key: admin.key };
}

async function freePorts(count: number): Promise<[number, number, number]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  for (const server of servers) server.close();
  return ports as [number, number, number];
}

async function run([program = '', ...args]: readonly string[], folder: string): Promise<ChildProcess> {
  await using output = await open(join(folder, 'output.log'), 'a');
  const child = spawn(program, args, { stdio: ['ignore', output.fd, output.fd] });
  await once(child, 'spawn');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(timer);
}

async function lastWords(folder: string): Promise<string> {
  return (await readFile(join(folder, 'output.log'), 'utf8')).trimEnd().split('\n').slice(-20).join('\n');
}
