import test from 'ava';
import { clientSuite } from '../suites/client.ts';

clientSuite(test, { transport: 'unix', store: 'memory' });
