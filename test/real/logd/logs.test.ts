import test from 'ava';
import { logsSuite } from '../../suites/logs.ts';
import { openMachine } from './machine.ts';

logsSuite(test, 'logd', openMachine);
