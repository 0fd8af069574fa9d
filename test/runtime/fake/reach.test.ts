/** What tests of controllers can do to the fakes of networks, publications and probes. */
import test from 'ava';
import { createFakeRuntime, type FakeRuntime } from '../../../runtime/fake/create.ts';
import type { ProbeSpec, ProbeTarget } from '../../../runtime/ports/probes.ts';
import type { Publication, PublishedRange } from '../../../runtime/ports/publications.ts';
import { bridge, refuses } from '../../suites/networks.ts';
import { createManualTime, type ManualTime } from './manual-time.ts';

function open(): { readonly runtime: FakeRuntime; readonly time: ManualTime } {
  const time = createManualTime();
  return { time, runtime: createFakeRuntime({ clock: time, timers: time }) };
}

async function attached(): Promise<FakeRuntime> {
  const { runtime } = open();
  await runtime.networks.ensure(bridge(1));
  const attachments = [{ network: bridge(1).uid }];
  await runtime.sandboxes.ensure({ id: 'a.0', ownerUid: 'a', mode: 'cni', hostname: 'a', attachments });
  return runtime;
}

test('a lost bridge is told by repair until its sandboxes are ensured again', async (t) => {
  const { networks, sandboxes, controls } = await attached();
  controls.loseBridge(bridge(2).uid);
  t.deepEqual(await networks.repair(), []);
  controls.loseBridge(bridge(1).uid);
  t.deepEqual(await networks.repair(), ['a.0']);
  controls.resetCounters();
  const spec = {
    id: 'a.0',
    ownerUid: 'a',
    mode: 'cni',
    hostname: 'a',
    attachments: [{ network: bridge(1).uid }],
  } as const;
  await sandboxes.ensure(spec);
  t.is(controls.mutations, 1);
  await sandboxes.ensure(spec);
  t.is(controls.mutations, 1);
  t.deepEqual(await networks.repair(), []);
});

test('a range of the machine refuses networks over it until it is free', async (t) => {
  const { runtime } = open();
  const { networks, controls } = runtime;
  controls.occupyRange('10.209.0.0/16', 'route via eth0');
  t.deepEqual(await networks.occupied(), [{ subnet: '10.209.0.0/16', holder: 'route via eth0' }]);
  await refuses(t, networks.ensure(bridge(1)), 'InvalidArgument', 'SubnetOverlap');
  controls.freeRange('10.209.0.0/16');
  t.true((await networks.ensure(bridge(1))).dns.available);
  controls.breakDns(bridge(1).uid, 'DNSPortTaken', 'dnsmasq has it');
  t.like((await networks.ensure(bridge(1))).dns, {
    available: false,
    reason: 'DNSPortTaken',
    message: 'dnsmasq has it',
  });
  controls.mendDns(bridge(1).uid);
  t.true((await networks.ensure(bridge(1))).dns.available);
});

const range = (hostPort: number): PublishedRange => ({ protocol: 'TCP', hostPort, containerPort: 80, count: 1 });
const publication = (name: string, ports: readonly PublishedRange[]): Publication => ({
  owner: { uid: name, namespace: 'default', name },
  sandbox: 'a.0',
  names: [],
  ready: true,
  ports,
});

test('a port has one holder, who is named, and can be had when it is free', async (t) => {
  const { publications, controls } = await attached();
  t.deepEqual(await publications.publish(publication('one', [range(8080)])), [range(8080)]);
  const [refused] = await publications.publish(publication('two', [range(8080)]));
  t.like(refused?.problem, { reason: 'PortTaken' });
  t.regex(refused?.problem?.message ?? '', /default\/one/);
  await publications.withdraw('one');
  controls.occupyPort(8080, 'nginx (pid 7)');
  t.regex((await publications.publish(publication('two', [range(8080)])))[0]?.problem?.message ?? '', /nginx/);
  controls.freePort(8080);
  t.deepEqual(await publications.publish(publication('two', [range(8080)])), [range(8080)]);
  t.deepEqual(await publications.list(), ['two']);
});

test('a picked port is free and is kept, and the same again changes nothing', async (t) => {
  const { publications, controls } = await attached();
  const [first] = await publications.publish(publication('one', [range(0)]));
  const [second] = await publications.publish(publication('two', [range(0)]));
  t.not(first?.hostPort, second?.hostPort);
  controls.resetCounters();
  t.deepEqual(await publications.publish(publication('two', [range(0)])), second === undefined ? [] : [second]);
  t.is(controls.mutations, 0);
});

test('without a sandbox that has an address no port leads anywhere', async (t) => {
  const { runtime } = open();
  const [answer] = await runtime.publications.publish(publication('one', [range(8080)]));
  t.is(answer?.problem?.reason, 'NoAddress');
});

const probe: ProbeSpec = {
  action: { type: 'tcp', port: 80 },
  initialDelaySeconds: 2,
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
};
const target = (pid: number): ProbeTarget => ({
  instanceId: 'a-1',
  pid,
  startedAt: 0,
  address: '10.209.1.2',
  inside: false,
});

test('a probe succeeds after its delay, fails when a test says so, and starts anew with another process', async (t) => {
  const { runtime, time } = open();
  const { probes, controls } = runtime;
  const told: string[] = [];
  using _subscription = probes.subscribe((key) => told.push(key));
  t.is(probes.keep('a/ready', probe, target(1)).outcome, 'unknown');
  await time.advance(1900);
  t.is(probes.keep('a/ready', probe, target(1)).outcome, 'unknown');
  await time.advance(200);
  t.is(probes.keep('a/ready', probe, target(1)).outcome, 'success');
  t.deepEqual(told, ['a/ready']);
  controls.answerProbe('a-1', 'failure', 'connection refused');
  t.deepEqual(told, ['a/ready', 'a/ready']);
  t.deepEqual(probes.keep('a/ready', probe, target(1)), { outcome: 'failure', message: 'connection refused' });
  t.is(probes.keep('a/ready', probe, target(2)).outcome, 'unknown');
  await time.advance(21_000);
  t.is(probes.keep('a/ready', probe, target(2)).outcome, 'unknown');
  await time.advance(2000);
  t.is(probes.keep('a/ready', probe, target(2)).outcome, 'failure');
  controls.answerProbe('a/ready', 'success');
  t.is(probes.keep('a/ready', probe, target(2)).outcome, 'success');
  t.deepEqual(probes.list(), ['a/ready']);
  probes.remove('a/ready');
  t.deepEqual(probes.list(), []);
});

test('a hook that is asked once hears what a test says, or nothing for as long as it may take', async (t) => {
  const { runtime, time } = open();
  const { probes, controls } = runtime;
  t.true((await probes.ask(probe.action, target(1), 1000)).success);
  controls.answerProbe('a-1', 'failure', 'exit code 3');
  t.deepEqual(await probes.ask(probe.action, target(1), 1000), { success: false, message: 'exit code 3' });
  controls.answerProbe('a-1', 'silent');
  const asked = probes.ask(probe.action, target(1), 1000);
  await time.advance(1000);
  t.deepEqual(await asked, { success: false, message: 'no answer within 1000 ms' });
  t.is(probes.asked.length, 3);
});
