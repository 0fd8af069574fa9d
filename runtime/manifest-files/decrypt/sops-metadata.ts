/** What a SOPS file says of itself under its key `sops`. */
import { isMap, isScalar, isSeq, type Document, type Pair, type YAMLMap } from 'yaml';
import { DecryptError } from '../problem.ts';
import { DEFAULT_RULE, type SopsRule } from './sops-rules.ts';

export interface SopsMetadata {
  /** Encrypted. */
  readonly mac: string;
  readonly lastModified: string;
  readonly macOnlyEncrypted: boolean;
  readonly rule: SopsRule;
  /** The data key, armored by age, once for each recipient. */
  readonly age: readonly { readonly recipient: string; readonly sealed: string }[];
}

/** The entry of a document with the metadata; undefined when it has none. */
export function sopsPair({ contents }: Document): (Pair & { readonly value: YAMLMap }) | undefined {
  if (!isMap(contents)) return undefined;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === 'sops');
  return pair !== undefined && isMap(pair.value) ? (pair as Pair & { value: YAMLMap }) : undefined;
}

/** Undefined when it is a map of somebody else's under that name. Throws DecryptError for what we cannot open. */
export function sopsMetadata(map: YAMLMap): SopsMetadata | undefined {
  const mac = textOf(map, 'mac');
  if (mac === undefined) return undefined;
  for (const name of ['encrypted_comment_regex', 'unencrypted_comment_regex']) {
    if ((textOf(map, name) ?? '') !== '') throw new DecryptError(`SOPS files with ${name} are not supported`);
  }
  if (isSeq(map.get('key_groups', true))) throw new DecryptError('SOPS files with key groups are not supported');
  const list = map.get('age', true);
  const age = (isSeq(list) ? list.items : []).flatMap((item) => {
    const sealed = isMap(item) ? textOf(item, 'enc') : undefined;
    return isMap(item) && sealed !== undefined ? [{ recipient: textOf(item, 'recipient') ?? '', sealed }] : [];
  });
  if (age.length === 0) {
    throw new DecryptError('the SOPS file is not encrypted with age: add an age recipient to it (sops --add-age)');
  }
  return {
    mac,
    lastModified: textOf(map, 'lastmodified') ?? '',
    macOnlyEncrypted: textOf(map, 'mac_only_encrypted') === 'true',
    rule: ruleOf(map),
    age,
  };
}

function ruleOf(map: YAMLMap): SopsRule {
  const given = (name: string): string | undefined => textOf(map, name) || undefined;
  const rules: readonly (SopsRule | undefined)[] = [
    suffixRule('encryptedSuffix', given('encrypted_suffix')),
    suffixRule('unencryptedSuffix', given('unencrypted_suffix')),
    regexRule('encryptedRegex', given('encrypted_regex')),
    regexRule('unencryptedRegex', given('unencrypted_regex')),
  ];
  const [rule = DEFAULT_RULE, ...others] = rules.filter((one) => one !== undefined);
  if (others.length > 0) throw new DecryptError('the SOPS file has more than one rule of what is encrypted in it');
  return rule;
}

const suffixRule = (type: 'encryptedSuffix' | 'unencryptedSuffix', suffix: string | undefined): SopsRule | undefined =>
  suffix === undefined ? undefined : { type, suffix };

const regexRule = (type: 'encryptedRegex' | 'unencryptedRegex', regex: string | undefined): SopsRule | undefined =>
  regex === undefined ? undefined : { type, regex };

/** All scalars are text here. */
function textOf(map: YAMLMap, name: string): string | undefined {
  const value: unknown = map.get(name);
  return typeof value === 'string' ? value : undefined;
}
