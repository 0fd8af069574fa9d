import test from 'ava';
import { volumesSuite } from '../../suites/volumes.ts';
import { createVolumesWorld } from './world.ts';

volumesSuite(test, 'on disk', () => createVolumesWorld());
