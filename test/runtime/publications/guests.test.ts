import test from 'ava';
import { publicationOf } from '../../suites/publications.ts';
import { attachment, createPublicationsWorld } from './world.ts';

const NAMES = [{ network: 'net-1', names: ['web'] }];

test('guests are known to name servers by the networks of the publication, and no name leads to them', async (t) => {
  await using world = await createPublicationsWorld();
  const { publications, places, recorder } = world;
  await world.place('uid-web.1', ['10.209.1.2']);
  await publications.setGuests('uid-web', ['uid-web.2']);
  await publications.publish(publicationOf('web', { names: NAMES }));
  places.set('uid-web.2', {
    attachments: [attachment(['10.209.1.3']), attachment(['10.209.2.3'], { network: 'net-2' })],
  });
  await publications.setGuests('uid-web', ['uid-web.2']);
  t.deepEqual(
    recorder.names?.hosts.map(({ places: own, ready }) => ({ own, ready })),
    [
      { own: [{ network: 'net-1', addresses: ['10.209.1.2'], names: [] }], ready: true },
      { own: [{ network: 'net-1', addresses: ['10.209.1.3'], names: [] }], ready: false },
    ],
  );
  recorder.take();
  await publications.setGuests('uid-web', ['uid-web.2']);
  t.deepEqual(recorder.take(), []);
  const later = await world.next();
  await later.publications.publish(publicationOf('web', { names: NAMES }));
  t.deepEqual(
    recorder.names?.hosts.map(({ places: own }) => own[0]?.addresses),
    [['10.209.1.2']],
  );
});
