import test from 'ava';
import { attachedFiles, sandboxFiles } from '../../../runtime/network/content.ts';

const web = { hostname: 'web' };
const here = { nameServer: '10.209.1.1', gateway: '10.209.1.1' };
const nobody = { nameServer: undefined, gateway: undefined };
const machine = 'nameserver 192.0.2.53\nsearch example.org\noptions ndots:5 rotate\noptions ndots:2\n';

test('our name server is asked for a name as it is first, whatever the machine appends', (t) => {
  const { resolvConf } = attachedFiles(web, ['10.209.1.2'], here, machine);
  t.is(resolvConf, 'nameserver 10.209.1.1\nsearch example.org\noptions rotate\noptions ndots:0\n');
});

test('where there is none of ours, everything is as on the machine', (t) => {
  t.is(attachedFiles(web, ['10.209.1.2'], nobody, machine).resolvConf, machine);
});

test('further hosts stand below its own, and the machine where it answers', (t) => {
  const hosts = [
    { ip: '192.0.2.7', hostnames: ['db', 'db.example'] },
    { ip: 'host-gateway', hostnames: ['host.docker.internal'] },
  ];
  const ends = (text: string): string => text.split('\n').slice(-4).join('|');
  const attached = (answering: typeof here | typeof nobody): string =>
    ends(attachedFiles({ ...web, hosts }, ['10.209.1.2'], answering, machine).hosts);
  t.is(attached(here), '10.209.1.2\tweb|192.0.2.7\tdb db.example|10.209.1.1\thost.docker.internal|');
  t.is(attached(nobody), 'ff02::2\tip6-allrouters|10.209.1.2\tweb|192.0.2.7\tdb db.example|');
  const machineFiles = { hosts: '127.0.0.1 localhost web\n', resolvConf: '' };
  t.is(
    sandboxFiles({ ...web, mode: 'host', hosts }, machineFiles).hosts,
    '127.0.0.1 localhost web\n192.0.2.7\tdb db.example\n127.0.0.1\thost.docker.internal\n',
  );
  t.true(sandboxFiles({ ...web, mode: 'none', hosts }, machineFiles).hosts.endsWith('web\n192.0.2.7\tdb db.example\n'));
});

test('resolvers, domains and options come behind what is there, or alone', (t) => {
  const added = { nameServers: ['192.0.2.1', '192.0.2.53'], searches: ['shop'], options: ['ndots:3', 'edns0'] };
  const resolvConf = (from?: 'machine' | 'none'): string =>
    attachedFiles({ ...web, resolver: { ...added, ...(from && { from }) } }, [], here, machine).resolvConf;
  t.is(
    resolvConf(),
    'nameserver 10.209.1.1\nnameserver 192.0.2.1\nnameserver 192.0.2.53\nsearch example.org shop\noptions rotate ndots:3 edns0\n',
  );
  t.is(
    resolvConf('machine'),
    'nameserver 192.0.2.53\nnameserver 192.0.2.1\nsearch example.org shop\noptions ndots:3 rotate edns0\n',
  );
  t.is(resolvConf('none'), 'nameserver 192.0.2.1\nnameserver 192.0.2.53\nsearch shop\noptions ndots:3 edns0\n');
  const host = { hosts: '', resolvConf: machine };
  t.is(sandboxFiles({ ...web, mode: 'host', resolver: { from: 'machine' } }, host).resolvConf, machine);
  t.is(
    sandboxFiles({ ...web, mode: 'host', resolver: { from: 'none', searches: ['a'] } }, host).resolvConf,
    'search a\n',
  );
});
