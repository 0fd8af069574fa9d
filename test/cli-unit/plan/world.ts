import { rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Plan, PlanChange, PlanStatusObject } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { openDiffWorld } from '../diff-world.ts';

/** What the server answers; undefined: it makes no plans. */
export type Planner = (changes: readonly PlanChange[]) => readonly PlanStatusObject[] | undefined;

const GROUP = '/apis/tsmoby.dev/v1alpha1';
/** A row of discovery. */
const PLANS = { name: 'plans', kind: 'Plan', namespaced: false };

type World = Awaited<ReturnType<typeof openDiffWorld>>;

export interface PlanWorld extends World {
  readonly host: string;
  /** Answers questions for a plan from now on. */
  plans(planner: Planner): void;
  /** Is called with each request before it goes on to the server. */
  onRequest(handle: (line: string) => Promise<void>): void;
  /** Every request so far: `PATCH /api/v1/namespaces/default/configmaps/a?dryRun=All`. */
  readonly seen: string[];
}

/** A real API server, before which somebody answers questions for plans as the test says. */
export async function openPlanWorld(): Promise<PlanWorld> {
  await using opening = new AsyncDisposableStack();
  const inner = opening.use(await openDiffWorld());
  const { world } = inner;
  const seen: string[] = [];
  let planner: Planner = () => undefined;
  let before: (line: string) => Promise<void> = async () => undefined;
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const line = `${incoming.method ?? ''} ${incoming.url ?? ''}`;
    seen.push(line);
    await before(line);
    if (line === `GET ${GROUP}`) return answerJson(outgoing, 200, { resources: [PLANS] });
    if (line === `POST ${GROUP}/plans`) return await answerPlan(incoming, outgoing, planner);
    await passOn(world.socketPath, incoming, outgoing);
  };
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()));
  const socketPath = join(world.directory, 'plans.sock');
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  opening.defer(async () => {
    server.closeAllConnections();
    server.close();
    await rm(socketPath, { force: true });
  });
  const owned = opening.move();
  const host = `unix://${socketPath}`;
  return {
    ...inner,
    world: {
      ...world,
      tsmoby: (line, options = {}) => world.tsmoby(line, { ...options, env: { TSMOBY_HOST: host, ...options.env } }),
    },
    diff: (stdin, line = [], options = {}) =>
      inner.diff(stdin, line, { ...options, env: { TSMOBY_HOST: host, ...options.env } }),
    host,
    seen,
    plans: (next) => {
      planner = next;
    },
    onRequest: (next) => {
      before = next;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function answerPlan(incoming: IncomingMessage, outgoing: ServerResponse, planner: Planner): Promise<void> {
  const question = (await json(incoming)) as Plan;
  const objects = planner(question.spec.changes ?? []);
  if (objects === undefined) answerJson(outgoing, 404, '404 page not found');
  else answerJson(outgoing, 201, { ...question, status: { objects } });
}

function answerJson(outgoing: ServerResponse, code: number, body: unknown): void {
  outgoing.writeHead(code, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(body));
}

async function passOn(socketPath: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method, url, headers } = incoming;
  const onward = request({ socketPath, method, path: url, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.on('response', resolve);
    onward.on('error', reject);
  });
  await pipeline(incoming, onward);
  const response = await answered;
  outgoing.writeHead(response.statusCode ?? 500, response.headers);
  await pipeline(response, outgoing);
}

/** Plans with which every object of the question is replaced. */
export const replacing = (changes: readonly PlanChange[]): readonly PlanStatusObject[] =>
  changes.map((change) => {
    const { apiVersion, kind, metadata } = (change.object ?? {
      ...change.delete,
      metadata: change.delete,
    }) as never as KubeObject;
    const { name, namespace } = metadata;
    return {
      apiVersion,
      kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      because: 'Changed',
      action: 'Replace',
      message: 'replaced: it differs',
      steps: [{ type: 'Stop', target: name, cause: 'it differs' }],
    };
  });
