import test from 'ava';
import { resolveUser } from '../../../controllers/container/user.ts';
import type { ContainerSecurityContext } from '../../../schemas/gen/types.ts';

const FILES = {
  passwd: [
    'root:x:0:0:root:/root:/bin/sh',
    '# a remark',
    'app:x:1000:1000:App:/home/app:/bin/sh\r',
    'broken',
    'odd:x:many:1:Odd:/odd:/bin/sh',
    '77:x:500:501:Digits:/digits:/bin/sh',
    'homeless:x:1001:1001',
  ].join('\n'),
  group: 'root:x:0:\nstaff:x:50:app,other\nwheel:x:10:app\nnogroup:x:65534:\nbroken\n',
};

type Row = readonly [string, ContainerSecurityContext | undefined, string];

/** uid:gid +groups home */
const ROWS: readonly Row[] = [
  ['', undefined, '0:0 + /root'],
  ['app', undefined, '1000:1000 +50,10 /home/app'],
  ['1000', undefined, '1000:1000 +50,10 /home/app'],
  ['app:staff', undefined, '1000:50 +10 /home/app'],
  ['app:7', undefined, '1000:7 +50,10 /home/app'],
  ['4242', undefined, '4242:0 + /'],
  ['4242:4242', undefined, '4242:4242 + /'],
  ['77', undefined, '500:501 + /digits'],
  ['homeless', undefined, '1001:1001 + /'],
  ['app', { runAsUser: 0 }, '0:0 + /root'],
  ['app:staff', { runAsUser: 4242 }, '4242:0 + /'],
  ['app', { runAsUser: 'root' }, '0:0 + /root'],
  ['app', { runAsGroup: 7 }, '1000:7 +50,10 /home/app'],
  ['app', { runAsGroup: 'nogroup' }, '1000:65534 +50,10 /home/app'],
  ['', { supplementalGroups: [5, 6, 5, 0] }, '0:0 +5,6 /root'],
  ['app', { supplementalGroups: [9], supplementalGroupsPolicy: 'Strict' }, '1000:1000 +9 /home/app'],
  ['app', { supplementalGroupsPolicy: 'Merge' }, '1000:1000 +50,10 /home/app'],
  ['', { supplementalGroups: ['staff', '9', 'wheel'] }, '0:0 +50,9,10 /root'],
  ['app', { supplementalGroups: [50, 9], runAsNonRoot: true }, '1000:1000 +50,10,9 /home/app'],
];

for (const [image, context, expected] of ROWS) {
  test(`image user ${JSON.stringify(image)} with ${JSON.stringify(context ?? {})} is ${expected}`, (t) => {
    const { uid, gid, additionalGids, home } = resolveUser(image, context, FILES);
    t.is(`${uid}:${gid} +${additionalGids.join(',')} ${home}`, expected);
  });
}

const REFUSED: readonly (readonly [string, ContainerSecurityContext | undefined, string, RegExp])[] = [
  ['nobody', undefined, 'UserNotFound', /user "nobody" is not in the image's \/etc\/passwd/],
  ['odd', undefined, 'UserNotFound', /"odd"/],
  ['app:crew', undefined, 'UserNotFound', /group "crew" is not in the image's \/etc\/group/],
  ['-1', undefined, 'UserNotFound', /"-1"/],
  ['', { supplementalGroups: ['crew'] }, 'UserNotFound', /group "crew" is not in the image's \/etc\/group/],
  ['4294967295', undefined, 'UserNotFound', /4294967295/],
  ['99999999999999999999', undefined, 'UserNotFound', /user/],
  ['', { runAsNonRoot: true }, 'RunAsNonRootViolation', /user 0/],
  ['root', { runAsNonRoot: true }, 'RunAsNonRootViolation', /user 0/],
];

for (const [image, context, reason, message] of REFUSED) {
  test(`image user ${JSON.stringify(image)} with ${JSON.stringify(context ?? {})} is refused: ${reason}`, (t) => {
    const error = t.throws(() => resolveUser(image, context, FILES), { message });
    t.like(error, { outcome: { type: 'stalled', reason } });
  });
}

test('an image without passwd and group has numbers only', (t) => {
  const none = { passwd: '', group: '' };
  t.like(resolveUser('12:34', undefined, none), { uid: 12, gid: 34, home: '/' });
  t.like(resolveUser('', undefined, none), { uid: 0, gid: 0, home: '/' });
  t.throws(() => resolveUser('root', undefined, none), { message: /use a number/ });
});
