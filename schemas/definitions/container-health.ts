/** Whether a Container is well: probes and hooks, with core/v1's names and defaults. */
import type { StructuralSchema, ValidationRule } from '../structural/schema.ts';
import { atomicList, integer, object, string } from './fragments.ts';
import { signal } from './signal.ts';

const seconds = (description: string, more: Partial<StructuralSchema>): StructuralSchema =>
  integer(description, { format: 'int32', ...more });

const portOrName: StructuralSchema = {
  description: 'Number, or name of one of `ports`.',
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
  'x-kubernetes-validations': [
    { rule: 'type(self) != int || (self >= 1 && self <= 65535)', message: 'ports are 1 to 65535' },
  ],
};

const host = string(
  '127.0.0.1 or localhost: ask from within the container. Default: its address, asked from this machine.',
  { maxLength: 253 },
);

const httpGet = object(
  'An HTTP request; 200 to 399 is success.',
  {
    port: portOrName,
    host,
    path: string('Path and query.', { default: '/' }),
    scheme: string('HTTP or HTTPS; certificates are not checked.', { enum: ['HTTP', 'HTTPS'], default: 'HTTP' }),
    httpHeaders: atomicList(
      'Headers of the request.',
      object(
        'One header.',
        {
          name: string('Its name.', { minLength: 1, pattern: "^[-A-Za-z0-9!#$%&'*+.^_`|~]+$" }),
          value: string('Its value.', { pattern: String.raw`^[\t -~\x80-\xff]*$` }),
        },
        { required: ['name', 'value'] },
      ),
      { maxItems: 64 },
    ),
  },
  { required: ['port'] },
);

const exec = object(
  'A command in the container; exit code 0 is success.',
  { command: atomicList('The command and its arguments; no shell.', { type: 'string' }, { minItems: 1 }) },
  { required: ['command'] },
);

const tcpSocket = object(
  'A TCP connection; that it opens is success.',
  { port: portOrName, host },
  { required: ['port'] },
);

const grpc = object(
  'A request of grpc.health.v1; SERVING is success.',
  {
    port: integer('Port number.', { format: 'int32', minimum: 1, maximum: 65535 }),
    service: string('What to ask for; default is the server as a whole.'),
  },
  { required: ['port'] },
);

const onlyOne = (message: string, ...handlers: readonly string[]) => ({
  rule: `[${handlers.map((handler) => `has(self.${handler})`).join(', ')}].filter(x, x).size() == 1`,
  message,
});

const probe = (description: string, more: { readonly once: boolean; readonly kills: boolean }): StructuralSchema =>
  object(
    description,
    {
      exec,
      httpGet,
      tcpSocket,
      grpc,
      initialDelaySeconds: seconds('After the start, before the first question.', { minimum: 0, default: 0 }),
      periodSeconds: seconds('From one question to the next; 0 is the default.', { minimum: 0, default: 10 }),
      timeoutSeconds: seconds('How long an answer may take; 0 is the default.', { minimum: 0, default: 1 }),
      successThreshold: seconds('Successes in a row that count; 0 is the default.', {
        minimum: 0,
        default: 1,
        ...(more.once ? { maximum: 1 } : {}),
      }),
      failureThreshold: seconds('Failures in a row that count; 0 is the default.', { minimum: 0, default: 3 }),
      ...(more.kills
        ? {
            terminationGracePeriodSeconds: integer('Instead of the one of the spec, when this probe has it stopped.', {
              minimum: 1,
            }),
          }
        : {}),
    },
    {
      'x-kubernetes-validations': [
        onlyOne('give exactly one of exec, httpGet, tcpSocket and grpc', 'exec', 'httpGet', 'tcpSocket', 'grpc'),
      ],
    },
  );

export const livenessProbe = probe('Whether it still works; failures restart it.', { once: true, kills: true });
export const readinessProbe = probe(
  'Whether it can serve; while it fails it is not Ready, and its name has no address.',
  {
    once: false,
    kills: false,
  },
);
export const startupProbe = probe('Whether it has started; the other probes wait for it, and failures restart it.', {
  once: true,
  kills: true,
});

const hook = (description: string): StructuralSchema =>
  object(
    description,
    {
      exec,
      httpGet,
      sleep: object('Just wait.', { seconds: integer('How long.', { minimum: 0 }) }, { required: ['seconds'] }),
    },
    {
      'x-kubernetes-validations': [onlyOne('give exactly one of exec, httpGet and sleep', 'exec', 'httpGet', 'sleep')],
    },
  );

export const lifecycle = object('What happens at its start and its end.', {
  postStart: hook('Right after its start. It counts as started when this has ended; when this fails it is restarted.'),
  preStop: hook('Before it is asked to stop; counts towards its time of grace.'),
  stopSignal: signal("Name or number of the signal that asks it to stop; default is the image's, else SIGTERM."),
});

/** Of the whole spec. */
export const healthRules: readonly ValidationRule[] = [
  {
    rule: '!has(self.lifecycle) || !has(self.lifecycle.preStop) || !has(self.lifecycle.preStop.sleep) || self.lifecycle.preStop.sleep.seconds <= self.terminationGracePeriodSeconds',
    message: 'it waits longer than terminationGracePeriodSeconds',
    fieldPath: '.lifecycle.preStop.sleep.seconds',
  },
];
