/** A running server renews its certificates by itself, and nobody who is connected notices. */
import test, { type ExecutionContext } from 'ava';
import { once } from 'node:events';
import { readFile, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request, type AgentOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { readKubeconfig } from '../../../client/kubeconfig.ts';
import { eventually } from '../../support/eventually.ts';
import { makeFolder } from '../../support/interruption.ts';
import { RawServer } from '../../support/raw-http.ts';

const DAY = 24 * 60 * 60 * 1000;

interface Reply {
  readonly status: number | undefined;
  /** Fingerprint of the server's certificate. */
  readonly server: string;
}

/** A server whose certificates were made `daysAgo`, by a clock that is set right with `goOn`. */
async function open(t: ExecutionContext, daysAgo: number) {
  const stack = new AsyncDisposableStack();
  t.teardown(() => stack.disposeAsync());
  const directory = await makeFolder(join(tmpdir(), 'tsm-tls-'));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  let behind = daysAgo * DAY;
  const raw = stack.use(await RawServer.open({ clock: { now: () => Date.now() - behind } }));
  const kubeconfig = join(directory, 'kubeconfig');
  const { address } = await raw.server.listenHttps({
    host: '127.0.0.1',
    port: 0,
    certDirectory: join(directory, 'pki'),
    kubeconfig,
    checkEvery: 20,
  });
  const agent = async (options: AgentOptions = {}): Promise<Agent> => {
    const { connection } = await readKubeconfig(kubeconfig);
    const { ca, cert, key } = connection as { readonly ca: string; readonly cert: string; readonly key: string };
    const made = new Agent({ ca, cert, key, keepAlive: true, maxSockets: 1, ...options });
    stack.defer(() => made.destroy());
    return made;
  };
  const ask = async (from: Agent): Promise<Reply> => {
    const outgoing = request(`${address}/api/v1/namespaces/default`, { agent: from });
    outgoing.end();
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const server = (response.socket as TLSSocket).getPeerCertificate().fingerprint256;
    await text(response);
    return { status: response.statusCode, server };
  };
  const written = (): Promise<string> => readFile(kubeconfig, 'utf8');
  const goOn = async (): Promise<void> => {
    const before = await written();
    behind = 0;
    await eventually('the kubeconfig is written anew', async () => (await written()) !== before);
  };
  return { address, kubeconfig, agent, ask, goOn };
}

test('server and client certificates near their end are renewed while connections and watches go on', async (t) => {
  const { address, kubeconfig, agent, ask, goOn } = await open(t, 300);
  const old = await agent();
  const before = await ask(old);
  t.is(before.status, 200);
  const watch = request(`${address}/api/v1/namespaces?watch=true&timeoutSeconds=60`, { agent: await agent() });
  watch.end();
  const [stream] = (await once(watch, 'response')) as [IncomingMessage];
  let ended = false;
  stream.resume().once('close', () => (ended = true));

  await goOn();
  t.deepEqual(await ask(old), before, 'the connection that was there goes on');
  t.false(ended, 'and so does the watch');
  const next = await ask(await agent());
  t.is(next.status, 200, 'the new kubeconfig is good');
  t.not(next.server, before.server, 'new connections see the new certificate');
  const stillGood = await ask(await agent({ ...old.options }));
  t.deepEqual(stillGood, next, 'a copy of the old kubeconfig is good until its end');
  t.is((await stat(kubeconfig)).mode & 0o777, 0o600);
  stream.destroy();
});

test('an authority near its end is replaced with all that it issued', async (t) => {
  const { agent, ask, goOn } = await open(t, 3000);
  const lenient = { rejectUnauthorized: false };
  t.is((await ask(await agent(lenient))).status, 401, 'what ended years ago is nobody’s');
  const stale = await agent(lenient);
  await goOn();
  t.is((await ask(await agent())).status, 200, 'the new kubeconfig trusts, and is trusted');
  t.is((await ask(stale)).status, 401, 'the old authority vouches for nobody any more');
});
