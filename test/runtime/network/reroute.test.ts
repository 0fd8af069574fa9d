import test from 'ava';
import type { Family } from '../../../schemas/values/addresses.ts';
import type { AttachmentRecord, Records, SandboxRecord } from '../../../runtime/network/records.ts';
import { reroute, type Now } from '../../../runtime/network/reroute.ts';

const attachment = (doubtfulRoutes: readonly Family[]): AttachmentRecord => ({
  network: 'n',
  interface: 'eth0',
  addresses: [],
  mac: '02:00:00:00:00:01',
  state: 'attached',
  defaultRoutes: [],
  doubtfulRoutes,
  list: { cniVersion: '1.0.0', name: 'n', plugins: [] },
});

test('a route in doubt stays so while routes of the other family change, also where that fails', async (t) => {
  const saved: (readonly Family[] | undefined)[] = [];
  const sandboxes = {
    get: () => undefined,
    write: async (_: string, { attachments }: SandboxRecord) => void saved.push(attachments[0]?.doubtfulRoutes),
  } as unknown as Records<SandboxRecord>;
  const now: Now = { record: { id: 'web.0', ownerUid: 'web', boot: 'b', attachments: [attachment([4])] } };
  const doubtful = (): readonly Family[] | undefined => now.record.attachments[0]?.doubtfulRoutes;
  const failing = reroute({ sandboxes }, now, attachment([4]), [6], async () => {
    throw new Error('no');
  });
  await t.throwsAsync(failing);
  t.deepEqual(saved, [[4, 6]]);
  t.deepEqual(doubtful(), [4, 6]);
  await reroute({ sandboxes }, now, attachment([4]), [6], async () => undefined);
  t.deepEqual(doubtful(), [4]);
  await reroute({ sandboxes }, now, attachment([4]), [4], async () => undefined);
  t.is(doubtful(), undefined);
});
