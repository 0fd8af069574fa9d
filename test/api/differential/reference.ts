/** A real API server, reached by a kubeconfig with a client certificate. */
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parse } from 'yaml';
import { gadgetDefinition } from './gadget.ts';
import { answerOf } from './ours.ts';
import type { Answer, ProbedServer } from './probe.ts';

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { server: string; 'certificate-authority-data': string } }[];
  readonly users: readonly { readonly user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

/** The server that TSMOBY_REFERENCE_KUBECONFIG names, with the Gadget kind; undefined when it names none. */
export async function openReference(path: string | undefined): Promise<(ProbedServer & Disposable) | undefined> {
  if (path === undefined || path === '') return undefined;
  const { clusters, users } = parse(await readFile(path, 'utf8')) as Kubeconfig;
  const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
  if (cluster === undefined || user === undefined) throw new Error(`${path} names no cluster or no user`);
  const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 8,
    ca: bytes(cluster['certificate-authority-data']),
    cert: bytes(user['client-certificate-data']),
    key: bytes(user['client-key-data']),
  });
  const send: ProbedServer['send'] = ({ method, path: at, headers, body }) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const outgoing = request(new URL(cluster.server + at), { agent, method, headers });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      text(response).then((content) => resolve(answerOf(response.statusCode ?? 0, response.headers, content)), reject);
    });
    outgoing.end(body);
    return promise;
  };
  await makeGadgets(send);
  return {
    send,
    pass: (seconds) => delay(seconds * 1000),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

/** Makes the kind, or waits until it is there; it stays, for the next run. */
async function makeGadgets(send: ProbedServer['send']): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const made = await send({ method: 'POST', path, headers, body: JSON.stringify(gadgetDefinition) });
  if (made.status !== 201 && made.status !== 409) throw new Error(`no Gadget kind on the reference: ${made.text}`);
  for (let attempt = 0; attempt < 50; attempt++) {
    const { status } = await send({
      method: 'GET',
      path: '/apis/test.tsmoby.dev/v1/gadgets',
      headers,
      body: undefined,
    });
    if (status === 200) return;
    await delay(200);
  }
  throw new Error('the reference does not serve Gadgets');
}
