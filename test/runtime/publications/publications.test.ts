import test from 'ava';
import { publicationsSuite } from '../../suites/publications.ts';
import { createPublicationsWorld } from './world.ts';

publicationsSuite(test, 'on a netd and a firewall that are made up', createPublicationsWorld);
