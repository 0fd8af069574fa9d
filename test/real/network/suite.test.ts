import { readFile } from 'node:fs/promises';
import test from 'ava';
import { attachmentsSuite } from '../../suites/attachments.ts';
import { networksSuite } from '../../suites/networks.ts';
import { sandboxesSuite } from '../../suites/sandboxes.ts';
import { openWorld } from './world.ts';

const open = async () => ({
  ...(await openWorld()),
  read: (path: string) => readFile(path, 'utf8').catch(() => undefined),
});

sandboxesSuite(test, 'with plugins', open);
networksSuite(test, 'with plugins', open);
attachmentsSuite(test, 'with plugins', open);
