import { join } from 'node:path';
import test from 'ava';
import { openSqliteStore } from '../../../api/store/sqlite.ts';
import { storeSuite } from '../../suites/store.ts';
import { temporaryDirectory } from './directory.ts';

storeSuite(test, 'sqlite', async (t) => openSqliteStore(join(await temporaryDirectory(t), 'store.db')));
