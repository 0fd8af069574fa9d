import test from 'ava';
import { reserve } from '../../../runtime/netd/program/reserve.ts';

test('SCTP ports that are picked one after the other are not all the same, since nothing holds them', async (t) => {
  const picks = await Promise.all(Array.from({ length: 8 }, () => reserve({ protocol: 'SCTP', hostPort: 0 })));
  t.true(new Set(picks.map(({ port }) => port)).size > 1);
  t.true(picks.every(({ port }) => port >= 49_152 && port <= 65_535));
});
