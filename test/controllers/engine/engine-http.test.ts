import test from 'ava';
import { engineSuite } from '../../suites/engine.ts';

engineSuite(test, 'http', (world) => world.httpClient());
