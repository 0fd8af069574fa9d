import test from 'ava';
import { exchangeArchives } from '../suites/archives.ts';

test('busybox, the tar of many images, and cp read each other’s archives', (t) =>
  exchangeArchives(t, ['busybox', 'tar']));
