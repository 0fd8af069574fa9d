import test from 'ava';
import { publicationOf } from '../../suites/publications.ts';
import { createPublicationsWorld } from './world.ts';

const named = { names: [{ network: 'net-1', names: ['web', 'www'] }], pid: 7 };

test('names have the addresses of the networks that they are known in, and end with the process', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, recorder, place, startTimes, networks } = world;
  const network = {
    uid: 'net-1',
    namespace: 'team',
    gateways: ['10.209.1.1'],
    subnets: ['10.209.1.0/24'],
    internal: false,
  };
  networks.push(network);
  await place('uid-web.1', ['10.209.1.2']);
  startTimes.set(7, '100');
  const web = publicationOf('web', { ...named });
  await publications.publish(web);
  const host = {
    namespace: 'team',
    name: 'web',
    places: [{ network: 'net-1', addresses: ['10.209.1.2'], names: ['www'] }],
    ready: true,
    process: { pid: 7, startTime: '100' },
  };
  t.deepEqual(recorder.names, { networks: [network], hosts: [host] });
  startTimes.delete(7);
  await publications.publish(web);
  t.is(recorder.names?.hosts[0]?.ready, false);
});

test('a gateway at which netd cannot listen is told, and tried again when names are refreshed', async (t) => {
  await using world = await createPublicationsWorld();
  const { recorder, networks, refreshNames, dnsProblem, onDnsProblems } = world;
  let told = 0;
  const stop = onDnsProblems(() => (told += 1));
  networks.push({
    uid: 'net-1',
    namespace: 'team',
    gateways: ['10.209.1.1'],
    subnets: ['10.209.1.0/24'],
    internal: false,
  });
  recorder.refusedGateways.set('10.209.1.1', 'port 53 is taken by dnsmasq');
  await refreshNames();
  t.is(dnsProblem('10.209.1.1'), 'port 53 is taken by dnsmasq');
  t.is(told, 1);
  await refreshNames();
  t.is(told, 1);
  recorder.refusedGateways.clear();
  await refreshNames();
  t.is(dnsProblem('10.209.1.1'), undefined);
  t.is(told, 2);
  recorder.take();
  await refreshNames();
  t.deepEqual(recorder.take(), []);
  stop();
});
