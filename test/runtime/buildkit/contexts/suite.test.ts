import test from 'ava';
import { buildContextsSuite } from '../../../suites/build-contexts.ts';
import { createContextsWorld } from './world.ts';

buildContextsSuite(test, 'on disk', () => createContextsWorld());
