import test from 'ava';
import type { ProbeSpec } from '../../../runtime/ports/probes.ts';
import type { OlderProbe } from '../../../runtime/netd/kept-probes.ts';
import { NetdProbes } from '../../../runtime/netd/probes.ts';
import type { ProbesMessage } from '../../../runtime/netd/program/protocol.ts';
import { ManualTime } from '../../support/manual-time.ts';

const target = { instanceId: 'i', pid: 1, startedAt: 0, address: '127.0.0.1', inside: false };
const limits = {
  initialDelaySeconds: 0,
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 1,
};
const port: ProbeSpec = { action: { type: 'tcp', port: 1 }, ...limits };
const command: ProbeSpec = { action: { type: 'exec', command: ['check'] }, ...limits };

test('what a netd of protocol 1 knew of probes goes on, of its own and of those that the daemon asks', async (t) => {
  const time = new ManualTime();
  const sent: ProbesMessage[] = [];
  await using probes = new NetdProbes({
    exec: async () => await new Promise<never>(() => undefined),
    openNetwork: async () => await new Promise<never>(() => undefined),
    time: { now: () => time.now(), after: (ms, wake) => time.after(ms, wake), random: () => 0 },
    send: (message) => void sent.push(message),
    ask: async () => await new Promise<never>(() => undefined),
  });
  const older = (key: string, serial: number, spec: ProbeSpec, byDaemon: boolean): OlderProbe => {
    const state = { outcome: 'success', message: key } as const;
    return { key, serial, spec, target, state, byDaemon };
  };
  probes.adopt([older('port', 7, port, false), older('command', 9, command, true)]);
  t.deepEqual(probes.keep('port', port, target), { outcome: 'success', message: 'port' });
  t.deepEqual(probes.keep('command', command, target), { outcome: 'success', message: 'command' });
  t.is(probes.keep('port', { ...port, periodSeconds: 5 }, target).outcome, 'unknown', 'another one is not that one');
  const missing = [...probes.missing([])].flatMap(({ keep }) => keep);
  t.deepEqual(
    missing.map(({ key, serial, question }) => [key, serial, question?.spec.periodSeconds]),
    [
      ['port', 10, 5],
      ['command', 9, undefined],
    ],
  );
});
