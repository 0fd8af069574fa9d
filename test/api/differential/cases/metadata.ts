import type { JsonObject } from '../../../../schemas/object.ts';
import type { Probe } from '../probe.ts';
import { CONFIG_MAPS, configMap, GADGETS, gadget, get, namespace, patch, post, put, remove } from './steps.ts';

const owner = (more: JsonObject = {}): JsonObject => ({
  apiVersion: 'none.dev/v1',
  kind: 'Nothing',
  name: 'a',
  uid: 'u',
  ...more,
});

/** Metadata that is wrong, each sent as a create and as an update of both a built-in and a custom kind. */
const wrong: Readonly<Record<string, JsonObject>> = {
  'a label key with a space': { labels: { 'a b': 'c' } },
  'a label key with two slashes': { labels: { 'a/b/c': 'd' } },
  'a label key that is too long': { labels: { ['k'.repeat(64)]: 'v' } },
  'a label value that is too long': { labels: { k: 'v'.repeat(64) } },
  'a label value with a bad character': { labels: { k: 'a b' } },
  'an annotation key with a bad prefix': { annotations: { 'A_B/c': 'd' } },
  'annotations that are too large': { annotations: { big: 'x'.repeat(262_200) } },
  'a finalizer without a prefix': { finalizers: ['plain'] },
  'a finalizer with a bad character': { finalizers: ['x y/z'] },
  'both collector finalizers': { finalizers: ['orphan', 'foregroundDeletion'] },
  'an owner without a uid': { ownerReferences: [owner({ uid: '' })] },
  'an owner without anything': { ownerReferences: [{}] },
  'an owner with a bad version': { ownerReferences: [owner({ apiVersion: 'a/b/c' })] },
  'an Event as an owner': { ownerReferences: [owner({ apiVersion: 'v1', kind: 'Event' })] },
  'two controllers': {
    ownerReferences: [owner({ controller: true }), owner({ controller: true, name: 'b', uid: 'w' })],
  },
  'an owner twice': { ownerReferences: [owner(), owner()] },
  'several things at once': { labels: { 'a b': 'c d' }, finalizers: ['plain'], ownerReferences: [owner({ name: '' })] },
};

const names = ['UPPER', 'a..b', 'a_b', '-a', 'a-', '', 'x'.repeat(254), 'a/b', '..', 'ok.name-1'];

export const metadata: readonly Probe[] = [
  ...Object.entries(wrong).map(([title, meta]): Probe => ({
    title: `${title} is refused`,
    steps: [
      post(CONFIG_MAPS, configMap({}, meta)),
      post(GADGETS, gadget({}, meta)),
      post(CONFIG_MAPS, configMap({}, { name: 'y' })),
      patch('merge', `${CONFIG_MAPS}/y`, { metadata: meta }),
      post(GADGETS, gadget({}, { name: 'y' })),
      patch('merge', `${GADGETS}/y`, { metadata: meta }),
    ],
  })),
  ...names.map((name): Probe => ({
    title: `the name ${JSON.stringify(name.length > 20 ? '254 characters' : name)}`,
    steps: [
      // we cut long values in messages
      post(CONFIG_MAPS, configMap({}, { name }), name.length > 63 ? { message: 'any' } : {}),
      post(GADGETS, gadget({}, { name }), name.length > 63 ? { message: 'any' } : {}),
      ...(name.length > 63 ? [] : [post('/api/v1/namespaces?dryRun=All', namespace(name))]),
    ],
  })),
  {
    title: 'a generated name needs a prefix that makes a name',
    steps: [
      post(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }),
      post(CONFIG_MAPS, configMap({}, { generateName: 'pre-' })),
      post(GADGETS, { apiVersion: 'test.tsmoby.dev/v1', kind: 'Gadget', metadata: {} }),
    ],
  },
  {
    title: 'what the server owns in metadata cannot be set',
    steps: [
      post(
        CONFIG_MAPS,
        configMap(
          {},
          {
            uid: 'mine',
            creationTimestamp: '2020-01-01T00:00:00Z',
            deletionTimestamp: '2020-01-01T00:00:00Z',
            selfLink: '/x',
            deletionGracePeriodSeconds: 5,
          },
        ),
      ),
      post(GADGETS, gadget({}, { uid: 'mine', creationTimestamp: null, generation: 7, selfLink: '/x' })),
      put(
        `${CONFIG_MAPS}/x`,
        configMap(
          { data: { a: '1' } },
          { creationTimestamp: '2020-01-01T00:00:00Z', generation: 9, deletionTimestamp: '2020-01-01T00:00:00Z' },
        ),
      ),
      put(`${CONFIG_MAPS}/x`, configMap({}, { uid: 'other' }), { message: 'any' }),
      patch('merge', `${GADGETS}/x`, {
        metadata: { generation: 9, creationTimestamp: '2020-01-01T00:00:00Z', uid: '{uid:1}' },
      }),
      patch('merge', `${GADGETS}/x`, { metadata: { uid: 'other' } }),
      patch('merge', `${GADGETS}/x`, { metadata: { name: 'y' } }),
      patch('merge', `${GADGETS}/x`, { metadata: { namespace: 'other' } }),
      patch('merge', `${CONFIG_MAPS}/x`, { metadata: { name: 'y' } }),
      patch('merge', `${CONFIG_MAPS}/x`, { metadata: { namespace: 'other' } }),
      patch('merge', `${CONFIG_MAPS}/x`, { metadata: { resourceVersion: '1' } }),
      patch('merge', `${CONFIG_MAPS}/x`, { metadata: { generateName: 'g-' } }),
      get(`${CONFIG_MAPS}/x`),
    ],
  },
  {
    title: 'generation counts changes of what is wanted',
    steps: [
      post(GADGETS, gadget({ size: 1 })),
      patch('merge', `${GADGETS}/x`, { metadata: { labels: { a: 'b' } } }),
      patch('merge', `${GADGETS}/x`, { spec: { size: 2 } }),
      patch('merge', `${GADGETS}/x`, { spec: { size: 2 } }),
      patch('merge', `${GADGETS}/x/status`, { status: { phase: 'a' } }),
      patch('merge', `${GADGETS}/x`, { status: { phase: 'b' } }),
      patch('merge', `${GADGETS}/x`, { metadata: { finalizers: ['x.dev/a'] } }),
      remove(`${GADGETS}/x`),
      remove(`${GADGETS}/x`),
      patch('merge', `${GADGETS}/x`, { spec: { size: 3 } }),
      patch('merge', `${GADGETS}/x`, { metadata: { finalizers: ['x.dev/b'] } }),
      patch('merge', `${GADGETS}/x`, { metadata: { finalizers: null } }),
      get(`${GADGETS}/x`),
    ],
  },
];
