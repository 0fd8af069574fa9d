import test from 'ava';
import { parseSctp, parseSockets } from '../../../runtime/netd/program/port-holder.ts';

test('sockets are read from the list of the kernel', (t) => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F91 0100007F:A000 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1
`;
  t.deepEqual(parseSockets(text), [
    { address: '0100007F', port: 8080, listens: true, inode: '4711' },
    { address: '0100007F', port: 8081, listens: false, inode: '4712' },
  ]);
});

test('ports of SCTP are read from the list of its endpoints', (t) => {
  const text = ` ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS
0000000012345678 0000000087654321 2   10  29   7777     0 99881 0.0.0.0
`;
  t.deepEqual([...parseSctp(text)], [[7777, ['99881']]]);
});
