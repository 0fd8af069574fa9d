import test from 'ava';
import { engineSuite } from '../../suites/engine.ts';

engineSuite(test, 'in-process', (world) => world.client());
