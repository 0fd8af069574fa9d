/** `healthcheck`, and hooks. */
import type { ContainerReadinessProbe } from '../../../../schemas/gen/types.ts';
import { dropped } from '../book/dropped.ts';
import { convertKeys, type Field, type Handlers } from '../book/field.ts';
import { secondsOf } from '../values.ts';
import type { ServiceDraft } from './draft.ts';
import { commandOf } from './process.ts';

/** docker's own, where the file says nothing. */
const DEFAULTS = { periodSeconds: 30, timeoutSeconds: 30, failureThreshold: 3 } as const;

type Probe = { -readonly [K in keyof ContainerReadinessProbe]: ContainerReadinessProbe[K] };

export const healthKeys: Handlers<ServiceDraft> = {
  healthcheck(field, draft) {
    const test = field.get('test');
    const disabled = field.get('disable')?.boolean() ?? false;
    const command = test === undefined ? undefined : testOf(test);
    if (disabled || command === 'none') {
      field.ignored('switched off: no probe, and a healthcheck of the image is not looked at either');
      return;
    }
    if (command === undefined) {
      field.unsupported('the test of the image is not seen: write it down as healthcheck.test');
      return;
    }
    const probe: Probe = { exec: { command }, ...DEFAULTS };
    const target = draft.at('spec.readinessProbe');
    convertKeys(field, probeKeys(target), probe);
    draft.spec.readinessProbe = probe;
    // names of Compose are there from the start, also for a test that asks the service by its own name
    draft.spec.publishNotReadyAddresses = true;
  },
  post_start(field, draft) {
    hook(field, draft, 'postStart');
  },
  pre_stop(field, draft) {
    hook(field, draft, 'preStop');
  },
  pre_start(field) {
    field.unsupported('make a service of its own of it, and depend on it: condition: service_completed_successfully');
  },
};

function testOf(test: Field): readonly string[] | 'none' | undefined {
  if (test.node.type === 'scalar') return shell(test.text());
  const [first, ...rest] = test.texts();
  if (first === undefined) return undefined;
  if (first === 'NONE') return 'none';
  if (first === 'CMD-SHELL') return shell(rest[0] ?? test.fail('the command is missing behind CMD-SHELL'));
  if (first !== 'CMD') test.fail(`a list begins with CMD, CMD-SHELL or NONE, and not ${JSON.stringify(first)}`);
  return rest.length === 0 ? test.fail('the command is missing behind CMD') : rest;
}

const shell = (command: string): readonly string[] => ['/bin/sh', '-c', command];

const probeKeys = (target: string): Handlers<Probe> => ({
  test: (field) => field.to(`${target}.exec`),
  disable: (field) => field.to('the probe is there'),
  interval(field, probe) {
    probe.periodSeconds = wholeSeconds(field, `${target}.periodSeconds`);
  },
  timeout(field, probe) {
    probe.timeoutSeconds = wholeSeconds(field, `${target}.timeoutSeconds`);
  },
  retries(field, probe) {
    probe.failureThreshold = Math.max(1, field.integer());
    field.to(`${target}.failureThreshold`);
  },
  start_period(field) {
    secondsOf(field);
    field.about(
      target,
      'it is not ready until the first success, however long that takes; failures before cost nothing',
    );
  },
  start_interval(field) {
    secondsOf(field);
    field.about(`${target}.periodSeconds`, 'the first question comes at once, further ones after interval');
  },
});

function wholeSeconds(field: Field, target: string): number {
  const { seconds, rounded } = secondsOf(field);
  if (rounded) field.about(target, `whole seconds: ${String(Math.max(1, seconds))}`);
  else field.to(target);
  return Math.max(1, seconds);
}

function hook(field: Field, draft: ServiceDraft, name: 'postStart' | 'preStop'): void {
  const [first, ...more] = field.items();
  if (first === undefined) {
    field.ignored('there are none');
    return;
  }
  const given = first.get('command');
  const command = given === undefined ? undefined : commandOf(given);
  if (command === undefined || command.length === 0) first.fail('the command is missing');
  else draft.spec.lifecycle = { ...draft.spec.lifecycle, [name]: { exec: { command } } };
  const lost: string[] = [];
  for (const key of ['user', 'privileged', 'working_dir', 'environment'])
    if (first.get(key) !== undefined) lost.push(key);
  dropped(first, ['command', 'user', 'privileged', 'working_dir', 'environment']);
  const target = draft.at(`spec.lifecycle.${name}`);
  if (more.length > 0) field.unsupported(`${target} is one command: put the ${String(more.length + 1)} into a script`);
  else if (lost.length > 0) field.about(target, `it runs as the process itself does, without ${lost.join(', ')}`);
  else field.to(target);
}
