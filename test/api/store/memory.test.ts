import test from 'ava';
import { openMemoryStore } from '../../../api/store/memory.ts';
import { storeSuite } from '../../suites/store.ts';

storeSuite(test, 'memory', () => openMemoryStore());
