/** What a probe of an API server is: requests in order, as data, so that the same ones can be sent to any server. */
import type { JsonValue } from '../../../schemas/object.ts';

/**
 * One request. Texts in it may hold `{ns}` (a namespace of the probe's own, made before its first step), `{uid:2}` and `{rv:2}`
 * (of the object in the answer of step 2, counted from 0), `{continue:2}` (of the list in it); `{rv}` is that of the step before.
 */
export interface Step {
  /** GET, POST, PUT, PATCH, DELETE; WAIT lets `seconds` go by and sends nothing. */
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'WAIT';
  /** Path and query. */
  readonly path?: string;
  /** Content-Type; for a PATCH the patch's short name will do. */
  readonly type?: string;
  readonly accept?: string;
  /** Sent as JSON, texts as they are. */
  readonly body?: JsonValue;
  readonly seconds?: number;
  /** Leave this many characters of the message; where a server's text is about its own insides. */
  readonly message?: 'any';
}

export interface Probe {
  /** A statement about what the steps show. */
  readonly title: string;
  readonly steps: readonly Step[];
}

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly warnings: readonly string[];
  readonly text: string;
}

/** A server that probes are sent to. */
export interface ProbedServer {
  send(request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
  }): Promise<Answer>;
  /** Lets time go by, for the server at least. */
  pass(seconds: number): Promise<void>;
}

const PATCH_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** Runs a probe in a fresh namespace, which is deleted afterwards. */
export async function runProbe(server: ProbedServer, probe: Probe, namespace: string): Promise<Answer[]> {
  const metadata = { name: namespace };
  const made = await server.send({
    method: 'POST',
    path: '/api/v1/namespaces',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }),
  });
  if (made.status !== 201) throw new Error(`no namespace for the probe: ${made.text}`);
  const answers: Answer[] = [];
  try {
    for (const step of probe.steps) answers.push(await runStep(server, step, namespace, answers));
  } finally {
    await server.send({
      method: 'DELETE',
      path: `/api/v1/namespaces/${namespace}`,
      headers: {},
      body: undefined,
    });
  }
  return answers;
}

const NOTHING: Answer = { status: 0, contentType: '', warnings: [], text: '' };

async function runStep(
  server: ProbedServer,
  step: Step,
  namespace: string,
  answers: readonly Answer[],
): Promise<Answer> {
  if (step.verb === 'WAIT') {
    await server.pass(step.seconds ?? 1);
    return NOTHING;
  }
  const fill = (text: string): string => fillIn(text, namespace, answers);
  const { path = '', type, accept, body } = step;
  const contentType = type === undefined ? (body === undefined ? undefined : 'application/json') : type;
  return server.send({
    method: step.verb,
    path: fill(path),
    headers: {
      ...(contentType === undefined ? {} : { 'content-type': PATCH_TYPES[contentType] ?? contentType }),
      accept: accept ?? 'application/json',
      'user-agent': 'probe/1',
    },
    body: body === undefined ? undefined : fill(typeof body === 'string' ? body : JSON.stringify(body)),
  });
}

function fillIn(text: string, namespace: string, answers: readonly Answer[]): string {
  return text
    .replaceAll('{ns}', namespace)
    .replaceAll('{rv}', () => versionOf(answers.at(-1)))
    .replace(/\{(uid|rv|continue):(\d+)\}/g, (_, field: string, step: string) => {
      const answer = answers[Number(step)];
      const { metadata = {}, details = {} } = JSON.parse(answer?.text ?? '{}') as {
        metadata?: Record<string, string>;
        details?: Record<string, string>;
      };
      if (field === 'uid') return metadata['uid'] ?? details['uid'] ?? '';
      if (field === 'rv') return metadata['resourceVersion'] ?? '';
      return encodeURIComponent(metadata['continue'] ?? '');
    });
}

/** Of the object in the answer of the step before. */
function versionOf(answer: Answer | undefined): string {
  const { metadata = {} } = JSON.parse(answer?.text ?? '{}') as { metadata?: Record<string, string> };
  return metadata['resourceVersion'] ?? '1';
}
