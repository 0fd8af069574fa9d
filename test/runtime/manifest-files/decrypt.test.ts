import { Encrypter, armor, generateX25519Identity, identityToRecipient } from 'age-encryption';
import test from 'ava';
import * as fc from 'fast-check';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { createDecrypt } from '../../../runtime/manifest-files/decrypt/decrypt.ts';
import { goPlain } from '../../../runtime/manifest-files/decrypt/go-scalar.ts';
import { createOnDisk, messagesOf } from './on-disk.ts';
import { sealSops, type SealOptions, type SopsValue } from './seal-sops.ts';

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const stranger = await identityToRecipient(await generateX25519Identity());

const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'db', creationTimestamp: null },
  stringData: {
    user: 'admin',
    note: 'two\nlines: "ü" 🙂 \\ # x',
    empty: '',
    n: 5,
    f: 1.5,
    big: 123456789012,
    small: -0.25,
    t: true,
    list: ['a', 'b', { c: 'd' }],
  },
};

const yamlOf = (documents: readonly SopsValue[], metadata: SopsValue): string =>
  documents.map((document) => stringify({ ...(document as object), sops: metadata }, { lineWidth: 0 })).join('---\n');

async function sealedYaml(documents: readonly SopsValue[], more: Partial<SealOptions> = {}): Promise<string> {
  const { documents: sealed, metadata } = await sealSops(documents, { recipients: [stranger, recipient], ...more });
  return yamlOf(sealed, metadata);
}

const decrypt = async (
  text: string | Uint8Array,
  keys: readonly string[] = [`# mine\n${identity}\n`],
  path = 'a.yaml',
) => Buffer.from(await createDecrypt(keys)(path, Buffer.from(text))).toString();

const failure = async (text: string | Uint8Array, keys?: readonly string[], path?: string): Promise<string> => {
  try {
    await decrypt(text, keys, path);
    return 'opened';
  } catch (error) {
    return (error as Error).message;
  }
};

test('a SOPS file is opened, in each of its documents, and its lines stay where they were', async (t) => {
  const text = await sealedYaml([secret, { ...secret, kind: 'Other' }]);
  const opened = await decrypt(text);
  t.deepEqual(
    parseAllDocuments(opened).map((document) => document.toJS() as unknown),
    [secret, { ...secret, kind: 'Other' }],
  );
  t.is(opened.split('\n').length, text.split('\n').length);
  const lineOf = (of: string): number => of.split('\n').findIndex((line) => line.includes('small:'));
  t.is(lineOf(opened), lineOf(text));
});

for (const [name, rule, isEncrypted] of [
  ['encrypted_regex', '^(data|stringData)$', (path) => path.includes('stringData')],
  ['unencrypted_regex', '(?i)^(APIVERSION|kind|metadata)$', (path) => path.includes('stringData')],
  ['encrypted_suffix', 'Data', (path) => path.includes('stringData')],
  ['unencrypted_suffix', 'kind', (path) => !path.includes('kind')],
] as const satisfies readonly (readonly [string, string, SealOptions['isEncrypted'] & {}])[]) {
  for (const only of [false, true]) {
    test(`${name} is respected, ${only ? 'with the MAC over what is encrypted' : 'with the MAC over all'}`, async (t) => {
      const text = await sealedYaml([secret], {
        rule: { [name]: rule, ...(only ? { mac_only_encrypted: true } : {}) },
        isEncrypted,
      });
      t.deepEqual(parse(await decrypt(text)), secret);
      const changed = text.replace(
        name === 'unencrypted_suffix' ? 'kind: Secret' : 'apiVersion: v1',
        'kind: x\napiVersion: v2',
      );
      if (!only)
        t.regex(await failure(changed), /MAC of the SOPS file does not match|does not open|should be encrypted/);
    });
  }
}

test('JSON with tabs, as sops writes it, is opened', async (t) => {
  const { documents, metadata } = await sealSops([secret], { recipients: [recipient] });
  const text = JSON.stringify({ ...(documents[0] as object), sops: metadata }, undefined, '\t');
  t.deepEqual(JSON.parse(await decrypt(text, undefined, 'a.json')), secret);
  const first = JSON.stringify({ sops: metadata, ...(documents[0] as object) }, undefined, 2);
  t.deepEqual(JSON.parse(await decrypt(first, undefined, 'a.json')), secret);
});

test('what was changed without sops is refused', async (t) => {
  const tampered = (tamper: (document: Record<string, SopsValue>) => void): Promise<string> =>
    sealedYaml([secret], { tamper: ([document]) => tamper(document as Record<string, SopsValue>) });
  t.is(
    await failure(await tampered((document) => void (document['kind'] = 'Plain'))),
    'the value of kind should be encrypted and is not: edit it with sops',
  );
  t.is(
    await failure(await tampered((document) => void (document['kind'] = document['apiVersion'] ?? ''))),
    'the value of kind does not open: it was changed, moved or renamed without sops',
  );
  t.is(
    await failure(await tampered((document) => void delete document['kind'])),
    'the MAC of the SOPS file does not match: something in it was changed without sops',
  );
});

test('without the right key it is said who could open it, and what to do', async (t) => {
  const text = await sealedYaml([secret], { recipients: [stranger] });
  t.is(
    await failure(text),
    `it is a SOPS file; none of the keys that are given (${recipient}) opens it; it is encrypted for ${stranger}`,
  );
  t.regex(
    await failure(text, []),
    /no key is given; it is encrypted for age1.*Secret.*\.agekey.*spec\.decryption\.secretRef/,
  );
  t.regex(await failure(text, [recipient]), /is a public key: the key that begins with AGE-SECRET-KEY-1 is needed/);
  const message = await failure(text, [`${identity}x`]);
  t.regex(message, /a line of the keys is no age key/);
  t.false(message.includes(identity));
});

test('the place of what is wrong with a file is told', async (t) => {
  await using disk = await createOnDisk();
  const text = await sealedYaml([secret], {
    tamper: ([document]) => void ((document as Record<string, SopsValue>)['kind'] = 'Plain'),
  });
  await disk.write('a.yaml', text);
  await disk.write('b.yaml', await sealedYaml([{ a: 'b' }], { recipients: [stranger] }));
  const read = await disk.read({ ageIdentities: [identity] });
  t.is(messagesOf(read)[0], 'a.yaml:2:7: the value of kind should be encrypted and is not: edit it with sops');
  t.regex(messagesOf(read)[1] ?? '', /^b\.yaml:2:1: it is a SOPS file; none of the keys/);
  await disk.write('a.yaml', await sealedYaml([secret]));
  t.deepEqual(
    parse(Buffer.from((await disk.read({ ageIdentities: [identity] })).files[0]?.bytes ?? []).toString()),
    secret,
  );
});

test('files of age are opened whole, armored and not, by what is in them', async (t) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const sealed = await encrypter.encrypt('kind: Secret\n');
  t.is(await decrypt(sealed), 'kind: Secret\n');
  t.is(await decrypt(armor.encode(sealed), undefined, 'a.yaml.age'), 'kind: Secret\n');
  t.is(await decrypt(armor.encode(sealed).replaceAll('\n', '\r\n')), 'kind: Secret\n');
  t.regex(await failure(sealed, []), /^the file is encrypted with age, and no key is given: put the age key/);
  t.regex(await failure(sealed.subarray(0, 150)), /damaged/);
  t.regex(await failure('a: b\n', undefined, 'a.yaml.age'), /its name ends in \.age/);
  const phrase = new Encrypter();
  phrase.setScryptWorkFactor(4);
  phrase.setPassphrase('x');
  t.regex(await failure(await phrase.encrypt('x')), /none of the keys that are given|damaged/);
});

test('what only looks like SOPS stays as it is', async (t) => {
  for (const text of [
    'sops: ENC[AES256_GCM,\nlastmodified: x\n',
    'a: 1\n# sops lastmodified ENC[AES256_GCM,\n',
    'sops: {lastmodified: x, a: "ENC[AES256_GCM,"}\n',
    'sops: [ENC[AES256_GCM, lastmodified\n',
  ]) {
    t.is(await decrypt(text), text);
  }
});

test('a comma at the end of the value before the metadata stays', async (t) => {
  const value = { a: 'x', b_unencrypted: '5,' };
  const { documents, metadata } = await sealSops([value], { recipients: [recipient] });
  t.deepEqual(parse(await decrypt(yamlOf(documents, metadata))), value);
});

test('metadata that we cannot use is told', async (t) => {
  const lines = 'lastmodified: x\n  x: "ENC[AES256_GCM,"\n  mac: x\n';
  t.regex(await failure(`a: b\nsops:\n  pgp: []\n  ${lines}`), /not encrypted with age/);
  t.regex(await failure(`a: b\nsops:\n  key_groups: []\n  ${lines}`), /key groups/);
  const evil = await sealedYaml([secret], { rule: { encrypted_regex: '^(a+)+$' }, isEncrypted: () => false });
  t.regex(await failure(evil.replace('kind:', `${'a'.repeat(40)}b:`)), /cannot be used/);
});

for (const [text, counted] of [
  ['true', 'True'],
  ['yes', 'yes'],
  ['null', undefined],
  ['0777', '511'],
  ['0o17', '15'],
  ['0x1F', '31'],
  ['1_000', '1000'],
  ['-5', '-5'],
  ['08', '8'],
  ['1.50', '1.5'],
  ['1e3', '1000'],
  ['1e21', '1000000000000000000000'],
  ['-2.5e-7', '-0.00000025'],
  ['1.25e22', '12500000000000000000000'],
  ['5e-324', `0.${'0'.repeat(323)}5`],
  ['.inf', '+Inf'],
  ['2026-11-30', '2026-11-30T00:00:00Z'],
  ['2026-11-30T10:00:00.50+02:00', '2026-11-30T10:00:00.5+02:00'],
  ['1.2.3', '1.2.3'],
  ['v1', 'v1'],
] as const) {
  test(`the MAC counts ${text} as Go does`, (t) => {
    t.is(goPlain(text), counted);
  });
}

const leaf = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string(),
  fc.integer(),
  fc.boolean(),
  // how Go writes exponents is looked at apart
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !String(number).includes('e')),
);
const tree = fc.letrec((tie) => ({
  node: fc.oneof(
    leaf,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z][a-z_0-9]{0,8}$/), tie('node'), { maxKeys: 3 }),
  ),
})).node;

test('property: whatever was sealed comes back, as YAML and as JSON', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}(?:_unencrypted)?$/), tree, { minKeys: 1, maxKeys: 4 }),
      async (made) => {
        const value = JSON.parse(JSON.stringify({ z: 'x', ...made })) as { readonly [key: string]: SopsValue };
        const { documents, metadata } = await sealSops([value], { recipients: [recipient] });
        t.deepEqual(parse(await decrypt(yamlOf(documents, metadata))) as unknown, value);
        const json = JSON.stringify({ ...(documents[0] as object), sops: metadata }, undefined, '\t');
        t.deepEqual(JSON.parse(await decrypt(json)), value);
      },
    ),
    { numRuns: 40 },
  );
});
