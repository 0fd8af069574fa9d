import test from 'ava';
import { attachedFiles } from '../../../runtime/network/content.ts';

const machine = 'nameserver 192.0.2.53\nsearch example.org\noptions ndots:5 rotate\noptions ndots:2\n';

test('our name server is asked for a name as it is first, whatever the machine appends', (t) => {
  const { resolvConf } = attachedFiles('web', ['10.209.1.2'], '10.209.1.1', machine);
  t.is(resolvConf, 'nameserver 10.209.1.1\nsearch example.org\noptions rotate\noptions ndots:0\n');
});

test('where there is none of ours, everything is as on the machine', (t) => {
  t.is(attachedFiles('web', ['10.209.1.2'], undefined, machine).resolvConf, machine);
});
