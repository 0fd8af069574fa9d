/** Which texts are of which format: as kube-apiserver 1.36.2 answered for a CustomResourceDefinition with all of them. */
import test from 'ava';
import { formatNamed } from '../../../schemas/structural/text-formats.ts';

/** By format: accepted, refused. */
const MEASURED: Readonly<Record<string, readonly [accepted: readonly string[], refused: readonly string[]]>> = {
  bsonobjectid: [
    ['507f1f77bcf86cd799439011', '507F1F77BCF86CD799439011'],
    ['507f1f77bcf86cd79943901', '', 'z07f1f77bcf86cd799439011'],
  ],
  byte: [
    ['YQ==', 'YWI=', 'YWJj'],
    ['YQ=', 'YQ', '-_-_', 'YW Jj', 'YWJj\n'],
  ],
  cidr: [
    ['10.0.0.0/8', '10.0.0.1/8', '010.0.0.0/8', '10.0.0.0/08', '::/0', 'fe80::1/64', '::ffff:1.2.3.4/96'],
    ['10.0.0.0/33', 'fe80::1%eth0/64', '10.0.0.0', '', '10.0.0/8'],
  ],
  date: [
    ['2020-02-29', '0000-01-01'],
    ['20200101', '2020-02-30', '2020-2-1', '2020-01-01 ', '', '2020-13-01'],
  ],
  datetime: [
    [
      '2020-01-01T00:00:00Z',
      '2020-01-01t00:00:00z',
      '2020-01-01T00:00:00.1Z',
      '2020-01-01T00:00:00.123456789012Z',
      '2020-01-01T00:00:00+99:99',
      '2020-01-01T00:00:00+02:00',
      '2020-01-01T00:00:00,5Z',
      '2020-01-01T00:00:00ZT',
    ],
    [
      '2020-01-01 00:00:00Z',
      '2020-01-01T00:00:00',
      '2020-01-01T00:00:60Z',
      '2020-01-01T24:00:00Z',
      '2020-01-01T00:00:00-0200',
      '2020-01-01T00:00Z',
      '',
      '2020-02-30T00:00:00Z',
    ],
  ],
  'date-time': [['2020-01-01T00:00:00Z'], ['2020-01-01 00:00:00Z', 'x']],
  duration: [
    [
      '0',
      '9999999h',
      '5s',
      '+5s',
      '.5s',
      '-0',
      '5 s',
      '1 day',
      '2 weeks',
      '1d',
      '2562047h47m16.854775807s',
      '2562047h47m16.854775808s',
      '-5s',
      '- 5s',
      '5m5',
      '5Seconds',
      '5MIN',
      '1h junk 2m',
      '00000000000000000000005s',
      '9223372036854775807w',
      '3 nanoseconds',
      '1wk',
      '1 weekend',
      '1µs',
      '1μs',
      '5\ts',
      '1.5.5s',
      '1e3s',
    ],
    [
      '5',
      '2x',
      '1.5',
      '',
      '5 lightyears',
      'abc5sdef',
      '5 mo',
      '99999999999999999999s',
      '9223372036854775808s',
      '3 n',
      '1 wee',
      '1 μs',
      '١s',
    ],
  ],
  email: [
    [
      'a@b',
      'a@b.c',
      'Name <a@b.c>',
      '<a@b>',
      '"a b"@c',
      'a@[1.2.3.4]',
      'ä@b.c',
      'a@ä.c',
      'a@b (x)',
      'Näme <a@b>',
      'Na.me <a@b>',
      '"Na, me" <a@b>',
    ],
    ['a', 'a@', '@b', 'a b@c', 'a@b c', 'a@b, c@d', '', 'a..b@c', 'a.@c', '.a@c', 'a@b.', 'a@b\n'],
  ],
  hexcolor: [
    ['#fff', 'fff', '#FFFFFF'],
    ['#ffff', '', '#ggg'],
  ],
  hostname: [
    [
      '1',
      'a',
      'a.bc',
      'a-',
      'A.BC',
      'ä.de',
      '☃.de',
      'localhost',
      'my-host.example.com',
      'host1',
      '1.com',
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      'web-1.default.svc.cluster.local',
    ],
    [
      'a.b',
      'a.b1',
      '1.2',
      '-a',
      'a_b',
      'a--b',
      'a.bcd.',
      'a.ä',
      'my-host',
      'my-host-2',
      'a.1',
      'example.c',
      'a-b-c',
      '',
      'a b',
      'example.com1',
      '10.0.0.1',
      'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    ],
  ],
  ipv4: [
    ['1.2.3.4', '01.2.3.4', '::ffff:1.2.3.4', '0001.2.3.4', '00000001.2.3.4'],
    ['1.2.3', '1.2.3.256', '::1', '', '1.2.3.4 ', '0x1.2.3.4'],
  ],
  ipv6: [
    ['::1', '::ffff:1.2.3.4', '1:2:3:4:5:6:7:8'],
    ['1.2.3.4', 'fe80::1%eth0', '', '::g'],
  ],
  isbn: [
    ['0321751043', '978-0321751041', '978 0321751041', '155404295X'],
    ['0321751044', '', '032175104X'],
  ],
  isbn10: [['0321751043', '155404295X', '1-55404-295-X'], ['978-0321751041']],
  isbn13: [
    ['978-0321751041', '9780321751041'],
    ['0321751043', '9780321751042'],
  ],
  creditcard: [
    ['4111 1111 1111 1111', '4111111111111111', '4111-1111-1111-1111', '371449635398431', 'abc4111111111111111def'],
    ['4111111111111112', '411111111111111', ''],
  ],
  'k8s-long-name': [
    ['0', 'a', 'a.b', 'a.b-c.d'],
    ['a-.b', 'A', 'a..b', 'a_b', ''],
  ],
  'k8s-short-name': [
    ['0', 'a', 'a-b'],
    ['a.b', 'a-', 'A', '', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
  ],
  mac: [
    [
      '01:23:45:67:89:ab',
      '01-23-45-67-89-ab',
      '0123.4567.89ab',
      '01:23:45:67:89:ab:cd:ef',
      '0123.4567.89ab.cdef',
      '01:23:45:67:89:AB',
      '00:00:00:00:fe:80:00:00:00:00:00:00:02:00:5e:10:00:00:00:01',
      '0000.0000.fe80.0000.0000.0000.0200.5e10.0000.0001',
    ],
    ['01:23:45:67:89', '01:23-45:67:89:ab', '', '0:1:2:3:4:5'],
  ],
  rgbcolor: [
    ['rgb(1,2,3)', 'rgb( 1 , 2 , 3 )', 'rgb(255,255,255)', 'rgb(199,0,0)', 'rgb(100,0,0)'],
    ['rgb(256,0,0)', 'rgb(1,2)', 'rgb(01,2,3)', 'rgba(1,2,3)', 'RGB(1,2,3)'],
  ],
  ssn: [
    ['111-22-3333', '111 22 3333', '111-22 3333'],
    ['111223333', ''],
  ],
  uri: [
    [
      'http://a',
      '/foo',
      'mailto:a@b',
      'http:foo',
      'http://',
      'http:///x',
      'http://a/b c',
      'http://a?%zz',
      'http://[::1]:80/',
      'http://a:/',
      '*',
      'http://u:p@h/',
      'http://u@@h/',
      'http://ä/',
      '/ä',
      'http://a/#frag',
      '//host/path',
      'http://a<b>',
      'urn:x:y',
      'HTTP://A',
      'http://a_b/',
      'http://a,b;c/',
      'file:///etc/x',
      'http://[fe80::1%25eth0]/',
      "http://a'b/",
      'http://a"b/',
      'http:',
      'http:/a',
    ],
    [
      'foo',
      'http://a b/',
      'http://a/%zz',
      'http://[::1',
      'http://a:b/',
      'http://a:80:80/',
      ':foo',
      '1http://a',
      'ht*p://a',
      'a/b:c',
      '',
      'http://a\\b',
      'http://a|b',
      '?q',
      'http://%41/',
      'http://a%/',
      '/a\u0001b',
      '/ab',
      'http://[fe80::1%eth0]/',
      'http://u:%zz@h/',
      'http://u[@h/',
      ' /a',
    ],
  ],
  uuid: [
    ['123e4567-e89b-12d3-a456-426614174000', '123E4567E89B12D3A456426614174000'],
    ['123e4567-e89b-12d3-a456-42661417400', '{123e4567-e89b-12d3-a456-426614174000}', ''],
  ],
  uuid3: [['123e4567-e89b-32d3-a456-426614174000'], ['123e4567-e89b-42d3-a456-426614174000']],
  uuid4: [['123e4567-e89b-42d3-a456-426614174000'], ['123e4567-e89b-42d3-c456-426614174000']],
  uuid5: [['123e4567-e89b-52d3-a456-426614174000'], ['123e4567-e89b-52d3-c456-426614174000']],
};

for (const [format, [accepted, refused]] of Object.entries(MEASURED)) {
  test(`format ${format}`, (t) => {
    const accepts = formatNamed(format);
    for (const text of accepted) t.true(accepts?.(text), JSON.stringify(text));
    for (const text of refused) t.false(accepts?.(text), JSON.stringify(text));
  });
}

test('dashes in the name of a format do not count, and unknown formats are documentation', (t) => {
  t.true(formatNamed('i-pv4')?.('1.2.3.4'));
  t.is(formatNamed('constructor'), undefined);
  t.is(formatNamed('password'), undefined);
});

test('long hostile texts are read in no time', (t) => {
  for (const format of Object.keys(MEASURED)) {
    for (const piece of ['9', '9h', 'a', 'a.', '-', ':', '"', '%', '(', '<', ' ', '٣', '0', '1 ', 'a@', '/', '[']) {
      const before = process.cpuUsage();
      formatNamed(format)?.(piece.repeat(200_000));
      formatNamed(format)?.(`a@b ${piece.repeat(200_000)}`);
      const { user, system } = process.cpuUsage(before);
      t.true(user + system < 1_000_000, `${format} ${piece}: ${String((user + system) / 1000)} ms`);
    }
  }
});
