import type { CustomResourceDefinitionNames } from '../../schemas/gen/types.ts';
import type { TakenNames } from './accept-names.ts';

/** Who has which words of one group. */
interface GroupWords {
  /** Plurals, singulars and short names. */
  readonly resources: Map<string, string>;
  /** Kinds and list kinds. */
  readonly kinds: Map<string, string>;
}

/** The words of every group and their owners: inside a group each means one kind only. */
export class NameTable {
  readonly #groups = new Map<string, GroupWords>();

  /** Gives an owner its words; who has a word already keeps it. */
  claim(group: string, owner: string, names: CustomResourceDefinitionNames): void {
    const words = this.#wordsOf(group);
    const { plural, singular, shortNames = [], kind, listKind } = names;
    for (const word of [plural, singular, ...shortNames]) take(words.resources, word, owner);
    for (const word of [kind, listKind]) take(words.kinds, word, owner);
  }

  /** Frees an owner's words. */
  release(group: string, owner: string, names: CustomResourceDefinitionNames): void {
    const words = this.#wordsOf(group);
    const { plural, singular, shortNames = [], kind, listKind } = names;
    for (const word of [plural, singular, ...shortNames]) free(words.resources, word, owner);
    for (const word of [kind, listKind]) free(words.kinds, word, owner);
  }

  /** What an owner cannot have. */
  takenFrom(group: string, owner: string): TakenNames {
    const { resources, kinds } = this.#wordsOf(group);
    const byOther = (words: ReadonlyMap<string, string>, word: string): boolean => {
      const has = words.get(word);
      return has !== undefined && has !== owner;
    };
    return { resource: (word) => byOther(resources, word), kind: (word) => byOther(kinds, word) };
  }

  #wordsOf(group: string): GroupWords {
    const known = this.#groups.get(group);
    if (known !== undefined) return known;
    const words = { resources: new Map<string, string>(), kinds: new Map<string, string>() };
    this.#groups.set(group, words);
    return words;
  }
}

function take(words: Map<string, string>, word: string | undefined, owner: string): void {
  if (word !== undefined && word !== '' && !words.has(word)) words.set(word, owner);
}

function free(words: Map<string, string>, word: string | undefined, owner: string): void {
  if (word !== undefined && words.get(word) === owner) words.delete(word);
}
