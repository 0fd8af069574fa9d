import test from 'ava';
import { lagClient, seededRandom } from '../../support/lag-client.ts';
import { engineSuite } from '../../suites/engine.ts';

engineSuite(test, 'list and watch', (world) => world.plainClient());

engineSuite(test, 'lagging watch', (world) =>
  lagClient(world.plainClient(), { watchLagMs: 20, faultRate: 0, random: seededRandom(1) }),
);
