import test from 'ava';
import { configurationOf, configurationProblem, pluginTypes } from '../../../runtime/network/cni/configuration.ts';
import { pluginFailure } from '../../../runtime/network/cni/failures.ts';
import { pluginDirectories } from '../../../runtime/network/cni/plugins.ts';
import { resultAddresses, resultHostInterfaces, resultMac } from '../../../runtime/network/cni/result.ts';
import { bridge } from '../../suites/networks.ts';

const addresses = ['10.209.1.2', 'fd12:3456:789a:1::2'];
const ipam = {
  type: 'static',
  addresses: [
    { address: '10.209.1.2/28', gateway: '10.209.1.1' },
    { address: 'fd12:3456:789a:1::2/64', gateway: 'fd12:3456:789a:1::1' },
  ],
  routes: [{ dst: '::/0' }],
};

test('each driver is told of device, mode, size and addresses, and whether it is the way out', (t) => {
  const one = (driver: 'bridge' | 'macvlan' | 'ipvlan', mode?: string) => {
    const spec = bridge(1, { driver, mtu: 1400, ...(mode === undefined ? {} : { mode }) });
    return configurationOf(spec, 'dev0', { addresses, defaultRoutes: [6] }).plugins;
  };
  const mac = { capabilities: { mac: true } };
  t.deepEqual(one('bridge'), [
    { type: 'bridge', bridge: 'dev0', isGateway: true, ipMasq: false, hairpinMode: true, ...mac, mtu: 1400, ipam },
  ]);
  t.deepEqual(one('macvlan', 'vepa'), [{ type: 'macvlan', master: 'dev0', mode: 'vepa', ...mac, mtu: 1400, ipam }]);
  t.deepEqual(one('ipvlan'), [{ type: 'ipvlan', master: 'dev0', mode: 'l2', mtu: 1400, ipam }]);
});

test('a list of plugins is used as it is, and what it lacks is filled in', (t) => {
  const config = {
    plugins: [
      { type: 'ptp', ipam: { type: 'host-local' } },
      { type: 'tuning', ipam: {} },
    ],
  };
  const list = configurationOf(bridge(1, { driver: 'cni', config }), '', { addresses: [], defaultRoutes: [] });
  t.deepEqual(list, { cniVersion: '1.0.0', name: `tsmoby-${bridge(1).uid}`, ...config });
  t.deepEqual(pluginTypes(list), ['ptp', 'host-local', 'tuning']);
});

test('a list that cannot be run says which part of it is wrong', (t) => {
  t.is(configurationProblem({ plugins: [{ type: 'loopback' }] }), undefined);
  t.regex(configurationProblem(undefined) ?? '', /no configuration list/);
  t.regex(configurationProblem({ plugins: [] }) ?? '', /no plugins/);
  t.regex(configurationProblem({ cniVersion: 'new', plugins: [{ type: 'a' }] }) ?? '', /cniVersion/);
  t.regex(configurationProblem({ plugins: [{ type: 'a' }, { type: '../../bin/sh' }] }) ?? '', /plugins\[1\]\.type/);
  t.regex(configurationProblem({ plugins: [{ type: 'a', ipam: { type: '/x' } }] }) ?? '', /plugins\[0\]\.ipam\.type/);
  t.regex(configurationProblem({ plugins: [null] }) ?? '', /plugins\[0\]\.type/);
});

test('results of old and new versions are read', (t) => {
  const result = {
    interfaces: [
      { name: 'br0', mac: '0A:00:00:00:00:01' },
      { name: 'eth0', mac: '0A:00:00:00:00:02', sandbox: '/run/x' },
    ],
    ips: [
      { address: 'fd00::2/64', interface: 1 },
      { address: '10.0.0.2/24', interface: 1 },
      { address: '10.0.0.1/24', interface: 0 },
    ],
  };
  t.deepEqual(resultAddresses(result, 'eth0'), ['10.0.0.2', 'fd00::2']);
  t.is(resultMac(result, 'eth0'), '0a:00:00:00:00:02');
  t.deepEqual(resultHostInterfaces(result), ['br0']);
  t.deepEqual(resultAddresses({ ip4: { ip: '10.0.0.3/24' }, ip6: { ip: 'fd00::3/64' } }, 'eth0'), [
    '10.0.0.3',
    'fd00::3',
  ]);
});

test('a failure has the plugin’s own words; one that passes is told apart; one without words has its exit code', (t) => {
  const end = (said: object) => ({ code: 1, stdout: JSON.stringify(said), stderr: 'noise' });
  const passing = pluginFailure('ptp', 'ADD', end({ code: 11, msg: 'busy', details: 'in a while' }));
  t.is(passing.message, 'the CNI plugin ptp failed to ADD: busy; in a while (code 11)');
  t.is(passing.code, 'Unavailable');
  t.is(pluginFailure('ptp', 'ADD', end({ code: 7, msg: 'no' })).code, 'Internal');
  t.regex(pluginFailure('ptp', 'DEL', { code: 2, stdout: 'panic', stderr: 'why\n' }).message, /failed to DEL: why$/);
  const silent = pluginFailure('ptp', 'DEL', { code: 'SIGKILL', stdout: '', stderr: '' });
  t.regex(silent.message, /ended with SIGKILL and said nothing$/);
  t.is(silent.reason, 'CniFailed');
});

test('plugins are looked for where the environment says, else in the usual places', (t) => {
  t.deepEqual(pluginDirectories('/a:/b:'), ['/a', '/b']);
  t.deepEqual(pluginDirectories(''), pluginDirectories(undefined));
  t.true(pluginDirectories(undefined).includes('/usr/lib/cni'));
});
