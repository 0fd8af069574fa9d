import type { ConfigMap, Namespace, Secret } from '../../../schemas/gen/types.ts';
import type { KubeObject } from '../../../schemas/object.ts';
import { isReason } from '../../../client/client.ts';
import { WIDGET, type Widget } from '../../support/widget.ts';
import { CONFIG_MAP, configMap, NAMESPACE, refTo, refused, SECRET, widgetIn, type ClientTest } from './harness.ts';

const version = ({ metadata }: KubeObject): string => metadata.resourceVersion;

export const writeTests: Readonly<Record<string, ClientTest>> = {
  'a name is taken once': async (t, { client }, namespace) => {
    await client.create(configMap(namespace, 'a'));
    const status = await refused(t, client.create(configMap(namespace, 'a')), 409, 'AlreadyExists');
    t.is(status.message, 'configmaps "a" already exists');
  },

  'what the server decides is not taken from the client': async (t, { client }, namespace) => {
    const wish = {
      uid: 'mine',
      creationTimestamp: '2001-01-01T00:00:00Z',
      deletionTimestamp: '2001-01-01T00:00:00Z',
      generation: 7,
    };
    const made = await client.create<Widget>(widgetIn(namespace, 'a', { size: 1 }, wish));
    t.not(made.metadata.uid, 'mine');
    t.not(made.metadata.creationTimestamp, wish.creationTimestamp);
    t.is(made.metadata.deletionTimestamp, undefined);
    t.is(made.metadata.generation, 1);
    await refused(t, client.create(configMap(namespace, 'b', {}, { resourceVersion: '5' })), 400, 'BadRequest');
  },

  'generateName makes names that do not collide': async (t, { client }, namespace) => {
    const one = { ...CONFIG_MAP, metadata: { namespace, generateName: 'job-' } };
    const made = await Promise.all(Array.from({ length: 20 }, () => client.create<ConfigMap>(one)));
    t.is(new Set(made.map(({ metadata }) => metadata.name)).size, 20);
    for (const { metadata } of made) t.regex(metadata.name, /^job-[a-z0-9]{5}$/);
  },

  'a namespace that is not there cannot be created in': async (t, { client }) => {
    const status = await refused(t, client.create(configMap('nowhere', 'a')), 404, 'NotFound');
    t.is(status.message, 'namespaces "nowhere" not found');
    t.is(status.details?.kind, 'namespaces');
  },

  'bad names, labels and keys are Invalid with their fields': async (t, { client }, namespace) => {
    const bad = configMap(namespace, 'Bad_Name', { 'no/slash': 'x' }, { labels: { 'a b': 'c' }, finalizers: ['bare'] });
    const status = await refused(t, client.create(bad), 422, 'Invalid');
    const fields = status.details?.causes?.map(({ field }) => field);
    for (const field of ['metadata.name', 'metadata.labels', 'metadata.finalizers[0]', 'data[no/slash]']) {
      t.true(fields?.includes(field), `${field} in ${String(fields)}`);
    }
  },

  'an update of an old version conflicts, one without a version is unconditional only for built-in kinds': async (
    t,
    { client },
    namespace,
  ) => {
    const first = await client.create<ConfigMap>(configMap(namespace, 'a', { n: '1' }));
    const second = await client.update<ConfigMap>({ ...first, data: { n: '2' } });
    const status = await refused(t, client.update<ConfigMap>({ ...first, data: { n: '3' } }), 409, 'Conflict');
    t.regex(status.message ?? '', /^Operation cannot be fulfilled on configmaps "a": the object has been modified/);
    const third = await client.update({ ...configMap(namespace, 'a', { n: '4' }) } as ConfigMap);
    t.true(Number(version(third)) > Number(version(second)));
    await client.create(widgetIn(namespace, 'w', { size: 1 }));
    await refused(t, client.update(widgetIn(namespace, 'w', { size: 2 }) as Widget), 422, 'Invalid');
  },

  'a write that changes nothing keeps the version': async (t, { client }, namespace) => {
    const made = await client.create<ConfigMap>(configMap(namespace, 'a', { n: '1' }));
    t.is(version(await client.update<ConfigMap>(made)), version(made));
    t.is(version(await client.patch<ConfigMap>(refTo(made), { data: { n: '1' } }, { type: 'merge' })), version(made));
  },

  'generation counts changes of what is wanted, not of labels or status': async (t, { client }, namespace) => {
    const made = await client.create<Widget>(widgetIn(namespace, 'w', { size: 1 }));
    const labelled = await client.patch<Widget>(refTo(made), { metadata: { labels: { a: 'b' } } }, { type: 'merge' });
    t.is(labelled.metadata.generation, 1);
    const seen = await client.updateStatus<Widget>({ ...labelled, status: { seen: 1 } });
    t.is(seen.metadata.generation, 1);
    const grown = await client.update<Widget>({ ...seen, spec: { size: 2 } });
    t.is(grown.metadata.generation, 2);
  },

  'status is written through its subresource only, and that writes nothing else': async (t, { client }, namespace) => {
    const made = await client.create<Widget>({
      ...widgetIn(namespace, 'w', { size: 1 }),
      status: { seen: 9 },
    } as Widget);
    t.is(made.status, undefined);
    const through = await client.updateStatus<Widget>({
      ...made,
      metadata: { ...made.metadata, labels: { a: 'b' } },
      spec: { size: 5 },
      status: { seen: 1 },
    });
    t.deepEqual([through.spec, through.status, through.metadata.labels], [{ size: 1 }, { seen: 1 }, undefined]);
    const main = await client.update<Widget>({ ...through, spec: { size: 2 }, status: { seen: 7 } });
    t.deepEqual([main.spec, main.status], [{ size: 2 }, { seen: 1 }]);
  },

  'unknown fields are refused, warned of, or dropped in silence': async (t, { client }, namespace) => {
    const odd = (name: string) => ({ ...widgetIn(namespace, name), spec: { size: 1, sise: 2 } }) as Widget;
    const status = await refused(t, client.create<Widget>(odd('a'), { fieldValidation: 'Strict' }), 400, 'BadRequest');
    t.regex(status.message ?? '', /strict decoding error: unknown field "spec\.sise"/);
    const warnings: string[] = [];
    const warned = await client.create<Widget>(odd('b'), { onWarning: (text) => warnings.push(text) });
    t.deepEqual(warnings, ['unknown field "spec.sise"']);
    t.deepEqual(warned.spec, { size: 1 });
    warnings.length = 0;
    await client.create<Widget>(odd('c'), { fieldValidation: 'Ignore', onWarning: (text) => warnings.push(text) });
    t.deepEqual(warnings, []);
  },

  'wrong types are refused: 400 for built-in kinds and metadata, 422 for ours': async (t, { client }, namespace) => {
    await refused(
      t,
      client.create({ ...configMap(namespace, 'a'), data: { n: 5 } } as unknown as ConfigMap),
      400,
      'BadRequest',
    );
    await refused(
      t,
      client.create({ ...WIDGET, metadata: { namespace, name: 'a', labels: { x: 1 } } } as unknown as Widget),
      400,
      'BadRequest',
    );
    const status = await refused(
      t,
      client.create(widgetIn(namespace, 'a', { size: 'big' as unknown as number })),
      422,
      'Invalid',
    );
    t.is(status.details?.causes?.[0]?.field, 'spec.size');
  },

  'integers beyond 2^53 and keys like __proto__ survive': async (t, { client }, namespace) => {
    const data = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}') as Record<string, string>;
    const made = await client.create<ConfigMap>(configMap(namespace, 'a', data));
    t.deepEqual(Object.entries((await client.get<ConfigMap>(refTo(made))).data ?? {}), Object.entries(data));
    const huge = 9007199254740993n as unknown as number;
    const widget = await client.create<Widget>(widgetIn(namespace, 'w', { size: huge }));
    t.is((await client.get<Widget>(refTo(widget))).spec?.size, huge);
  },

  'a Secret takes plain text, defaults its type, and freezes when it is immutable': async (
    t,
    { client },
    namespace,
  ) => {
    const input = { ...SECRET, metadata: { namespace, name: 's' }, data: { a: 'YQ==' }, stringData: { b: 'text' } };
    const made = await client.create<Secret>(input);
    t.deepEqual([made.type, made.data, made.stringData], ['Opaque', { a: 'YQ==', b: 'dGV4dA==' }, undefined]);
    await refused(t, client.update<Secret>({ ...made, type: 'x/other' }), 422, 'Invalid');
    const frozen = await client.update<Secret>({ ...made, immutable: true });
    await refused(t, client.update<Secret>({ ...frozen, data: { a: 'Yg==' } }), 422, 'Invalid');
    await refused(t, client.update<Secret>({ ...frozen, immutable: false }), 422, 'Invalid');
    const bad = await refused(
      t,
      client.create<Secret>({ ...SECRET, metadata: { namespace, name: 'x' }, data: { a: 'hunter2!' } }),
      400,
      'BadRequest',
    );
    t.false(bad.message?.includes('hunter2'), 'a secret must not come back in an error');
  },

  'more than a mebibyte of data is too long': async (t, { client }, namespace) => {
    const status = await refused(
      t,
      client.create(configMap(namespace, 'a', { big: 'x'.repeat(1024 * 1024 + 1) })),
      422,
      'Invalid',
    );
    t.is(status.details?.causes?.[0]?.reason, 'FieldValueTooLong');
  },

  'a namespace gets its label, finalizer and phase': async (t, { client }, namespace) => {
    const read = await client.get<Namespace>({ ...NAMESPACE, name: namespace });
    t.is(read.metadata.labels?.['kubernetes.io/metadata.name'], namespace);
    t.deepEqual([read.spec, read.status], [{ finalizers: ['kubernetes'] }, { phase: 'Active' }]);
    await refused(t, client.create({ ...NAMESPACE, metadata: { name: 'with.dots' } }), 422, 'Invalid');
  },

  'a dry run checks everything and stores nothing': async (t, { client }, namespace) => {
    const made = await client.create<ConfigMap>(configMap(namespace, 'a', { n: '1' }));
    const dry = { dryRun: true } as const;
    const before = (await client.list(CONFIG_MAP, { namespace })).metadata.resourceVersion;
    const created = await client.create<ConfigMap>(configMap(namespace, 'b'), dry);
    t.truthy(created.metadata.uid);
    t.is(created.metadata.resourceVersion, undefined as unknown as string);
    await refused(t, client.create(configMap(namespace, 'a'), dry), 409, 'AlreadyExists');
    t.deepEqual((await client.update<ConfigMap>({ ...made, data: { n: '2' } }, dry)).data, { n: '2' });
    t.deepEqual((await client.patch<ConfigMap>(refTo(made), { data: { m: '3' } }, { type: 'merge', ...dry })).data, {
      n: '1',
      m: '3',
    });
    await client.delete(refTo(made), dry);
    t.deepEqual(await client.get(refTo(made)), made);
    t.is((await client.list(CONFIG_MAP, { namespace })).metadata.resourceVersion, before);
  },

  'a counter raised by optimistic retries ends exact': async (t, { client }, namespace) => {
    const made = await client.create<Widget>(widgetIn(namespace, 'w', { size: 0 }));
    const raise = async (): Promise<void> => {
      for (;;) {
        const current = await client.get<Widget>(refTo(made));
        try {
          await client.update<Widget>({ ...current, spec: { size: (current.spec?.size ?? 0) + 1 } });
          return;
        } catch (error) {
          if (!isReason(error, 'Conflict')) throw error;
        }
      }
    };
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let i = 0; i < 5; i++) await raise();
      }),
    );
    t.is((await client.get<Widget>(refTo(made))).spec?.size, 40);
  },
};
