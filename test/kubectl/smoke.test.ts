/** Real kubectl over the kubeconfig that the server writes: the commands that people type every day. */
import test from 'ava';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RawServer } from '../support/raw-http.ts';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

class Kubectl implements AsyncDisposable {
  readonly directory: string;
  readonly server: RawServer;

  private constructor(directory: string, server: RawServer) {
    this.directory = directory;
    this.server = server;
  }

  static async open(): Promise<Kubectl> {
    const directory = await mkdtemp(join(tmpdir(), 'tsm-'));
    const server = await RawServer.open();
    const kubeconfig = join(directory, 'kubeconfig');
    await server.server.listenHttps({ host: '127.0.0.1', port: 0, certDirectory: join(directory, 'pki'), kubeconfig });
    return new Kubectl(directory, server);
  }

  /** Runs kubectl with a home of its own. */
  async run(...args: readonly string[]): Promise<Outcome> {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    const env = { PATH: process.env['PATH'], HOME: this.directory, KUBECONFIG: join(this.directory, 'kubeconfig') };
    execFile('kubectl', args, { env, timeout: 30_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
    return promise;
  }

  async file(name: string, content: string): Promise<string> {
    const path = join(this.directory, name);
    await writeFile(path, content);
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true, force: true });
  }
}

const manifests = (value: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: default}
data: {colour: ${value}}
---
apiVersion: tsmoby.dev/v1alpha1
kind: Container
metadata: {name: web, namespace: default, labels: {app: web}}
spec: {image: busybox, command: [sleep, inf]}
`;

test('create, get, describe and delete', async (t) => {
  await using kubectl = await Kubectl.open();
  const file = await kubectl.file('a.yaml', manifests('red'));
  t.like(await kubectl.run('create', '-f', file), {
    code: 0,
    out: 'configmap/settings created\ncontainer.tsmoby.dev/web created\n',
  });
  t.regex(
    (await kubectl.run('get', 'cm,ctr')).out,
    /configmap\/settings +1 +\d+s[^]*NAME +READY +STATUS +RESTARTS +AGE\ncontainer\.tsmoby\.dev\/web/,
  );
  t.is((await kubectl.run('get', 'cm', 'settings', '-o', 'jsonpath={.data.colour}')).out, 'red');
  t.regex((await kubectl.run('get', 'ctr', '-l', 'app=web', '-o', 'name')).out, /^container\.tsmoby\.dev\/web\n$/);
  t.regex((await kubectl.run('describe', 'ctr', 'web')).out, /Kind: +Container[^]*Image: +busybox[^]*Events: +<none>/);
  t.like(await kubectl.run('delete', 'cm', 'settings'), { code: 0, out: 'configmap "settings" deleted\n' });
  const gone = await kubectl.run('get', 'cm', 'settings');
  t.like(gone, { code: 1, err: 'Error from server (NotFound): configmaps "settings" not found\n' });
});

test('apply on the client side changes, and says unchanged', async (t) => {
  await using kubectl = await Kubectl.open();
  const file = await kubectl.file('a.yaml', manifests('red'));
  t.regex((await kubectl.run('apply', '-f', file)).out, /settings created\n[^]*web created/);
  t.regex((await kubectl.run('apply', '-f', file)).out, /settings unchanged\n[^]*web unchanged/);
  await kubectl.file('a.yaml', manifests('blue'));
  const diff = await kubectl.run('diff', '-f', file);
  t.is(diff.code, 1);
  t.regex(diff.out, /-  colour: red\n\+  colour: blue/);
  t.regex((await kubectl.run('apply', '-f', file)).out, /settings configured\n[^]*web unchanged/);
});

test('apply on the server side takes over, conflicts, and is forced', async (t) => {
  await using kubectl = await Kubectl.open();
  const file = await kubectl.file('a.yaml', manifests('red'));
  await kubectl.run('apply', '-f', file);
  const over = await kubectl.run('apply', '--server-side', '-f', file);
  t.is(over.code, 0, over.err);
  await kubectl.run('patch', 'cm', 'settings', '-p', '{"data":{"colour":"green"}}');
  const refused = await kubectl.run('apply', '--server-side', '-f', file);
  t.is(refused.code, 1);
  t.regex(refused.err, /conflict with "kubectl-patch" using v1: \.data\.colour/);
  t.is((await kubectl.run('apply', '--server-side', '--force-conflicts', '-f', file)).code, 0);
});

test('wait ends when the condition is met, and when the object is gone', async (t) => {
  await using kubectl = await Kubectl.open();
  await kubectl.run('apply', '-f', await kubectl.file('a.yaml', manifests('red')));
  const waiting = kubectl.run('wait', 'cm/settings', '--for=jsonpath={.data.colour}=blue', '--timeout=20s');
  await kubectl.run('patch', 'cm', 'settings', '-p', '{"data":{"colour":"blue"}}');
  t.like(await waiting, { code: 0, out: 'configmap/settings condition met\n' });
  const leaving = kubectl.run('wait', 'cm/settings', '--for=delete', '--timeout=20s');
  await kubectl.run('delete', 'cm', 'settings');
  t.is((await leaving).code, 0);
});

test('bad input is refused with the field', async (t) => {
  await using kubectl = await Kubectl.open();
  const odd = await kubectl.file('b.yaml', manifests('red').replace('command:', 'comand:'));
  t.regex((await kubectl.run('create', '-f', odd)).err, /strict decoding error: unknown field "spec\.comand"/);
  t.regex((await kubectl.run('delete', 'ns', 'kube-system')).err, /this namespace may not be deleted/);
});

test('api-resources, explain and version read discovery and OpenAPI', async (t) => {
  await using kubectl = await Kubectl.open();
  t.regex((await kubectl.run('api-resources')).out, /containers +ctr +tsmoby\.dev\/v1alpha1 +true +Container/);
  t.regex((await kubectl.run('explain', 'container.spec.image')).out, /FIELD: image <string>/);
  t.regex((await kubectl.run('explain', 'configmap')).out, /KIND: +ConfigMap/);
  t.regex((await kubectl.run('version')).out, /Server Version: v1\.\d+\.0\+tsmoby/);
});
