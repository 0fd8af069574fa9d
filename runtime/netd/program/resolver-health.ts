/** Which resolvers do not answer at present: asking them first would cost every question the time that is waited for them. */
export interface ResolverHealth {
  /** Those that answer first, in their order; the others after them, as they may answer again. */
  order(resolvers: readonly string[]): readonly string[];
  /** What became of a question to it. */
  note(resolver: string, hasAnswered: boolean): void;
}

/** One question may have been lost, or be one that it never answers. */
const silentQuestions = 2;
/** How long it is asked last, in milliseconds: then one question is put to it first again. */
const restMs = 10_000;
/** As many as three names of a file that changes all the time. */
const mostKnown = 64;

export function createResolverHealth(now: () => number): ResolverHealth {
  const silent = new Map<string, { readonly questions: number; readonly until: number }>();
  const rests = (resolver: string): boolean => {
    const known = silent.get(resolver);
    return known !== undefined && known.questions >= silentQuestions && now() < known.until;
  };
  return {
    order(resolvers) {
      if (silent.size === 0) return resolvers;
      return [...resolvers.filter((each) => !rests(each)), ...resolvers.filter(rests)];
    },
    note(resolver, hasAnswered) {
      const questions = (silent.get(resolver)?.questions ?? 0) + 1;
      if (silent.size >= mostKnown) silent.clear();
      if (hasAnswered) silent.delete(resolver);
      else silent.set(resolver, { questions, until: now() + restMs });
    },
  };
}
