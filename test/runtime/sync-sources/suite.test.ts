import test from 'ava';
import { syncSourcesSuite } from '../../suites/sync-sources.ts';
import { createSourcesWorld } from './world.ts';

syncSourcesSuite(test, 'on disk', () => createSourcesWorld());
