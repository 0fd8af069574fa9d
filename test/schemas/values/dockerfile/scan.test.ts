import test from 'ava';
import { type DockerfileOptions, platformArguments, scanDockerfile } from '../../../../schemas/values/dockerfile.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
const hub = 'docker.io/library/';

interface Case {
  readonly file: string;
  readonly options?: DockerfileOptions;
  readonly references?: readonly string[];
  readonly unresolved?: readonly string[];
  readonly stages?: readonly string[];
  readonly syntax?: string;
}

function answers(title: string, { file, options, ...expected }: Case): void {
  test(title, (t) => {
    const found = scanDockerfile(file, options);
    const asked = Object.keys(expected) as (keyof typeof expected)[];
    t.deepEqual(Object.fromEntries(asked.map((key) => [key, found[key]])), expected);
  });
}

answers('a base is an image, in full form', {
  file: 'FROM busybox',
  references: [`${hub}busybox:latest`],
  unresolved: [],
  stages: ['0'],
});
answers('an image of several stages is named once', {
  file: 'FROM alpine:3 AS a\nFROM alpine:3\nCOPY --from=a /x /x',
  references: [`${hub}alpine:3`],
  stages: ['a', '1'],
});
answers('stages, scratch and given contexts are no images', {
  file: 'FROM scratch AS Base\nFROM base\nCOPY --from=BASE / /\nCOPY --from=0 / /\nCOPY --from=files / /\nFROM 1',
  options: { contexts: ['files', '1'] },
  references: [],
  unresolved: [],
});
answers('a base that has the name of a later stage is an image', {
  file: 'FROM later\nFROM busybox AS later\nFROM 0',
  options: { target: '0' },
  references: [`${hub}later:latest`],
});
answers('COPY --from may name a later stage, or an image', {
  file: 'FROM scratch\nCOPY --from=later / /\nCOPY --chown=1:1 --from=ghcr.io/a/b:1 / /\nFROM alpine AS later',
  options: { target: '0' },
  references: ['ghcr.io/a/b:1', `${hub}alpine:latest`],
});
answers('a mount of RUN takes from an image, with its number as a name', {
  file: 'FROM scratch\nRUN --mount=type=bind,from=golang:1,target=/go --mount=type=cache,FROM=0,target=/c --mount=type=secret,id=x true',
  references: [`${hub}golang:1`, `${hub}0:latest`],
});
answers('only what the target needs counts', {
  file: 'FROM a AS a\nFROM b AS b\nFROM c AS c\nCOPY --from=a / /',
  options: { target: 'C' },
  references: [`${hub}a:latest`, `${hub}c:latest`],
  stages: ['a', 'b', 'c'],
});
answers('a target that is not there needs nothing', { file: 'FROM a', options: { target: 'x' }, references: [] });
answers('the last stage is the target', { file: 'FROM a\nFROM b', references: [`${hub}b:latest`] });
answers('stages that need each other end', {
  file: 'FROM a AS a\nCOPY --from=b / /\nFROM b AS b\nCOPY --from=a / /',
  references: [`${hub}a:latest`, `${hub}b:latest`],
});
answers('the last of two stages with one name counts for COPY, the last above for FROM', {
  file: 'FROM one AS x\nFROM x AS y\nFROM two AS x\nFROM scratch\nCOPY --from=x / /\nCOPY --from=y / /',
  references: [`${hub}one:latest`, `${hub}two:latest`],
});
answers('ONBUILD counts for stages that build on its stage, not for its own', {
  file: 'FROM scratch AS base\nONBUILD COPY --from=files:1 / /\nFROM base AS user\nFROM scratch AS other\nCOPY --from=base / /',
  options: { target: 'user' },
  references: [`${hub}files:1`],
});
answers('ONBUILD counts for nobody else', {
  file: 'FROM scratch AS base\nONBUILD COPY --from=files:1 / /\nFROM scratch\nCOPY --from=base / /',
  references: [],
});
answers('a stage whose name is a context needs nothing', {
  file: 'FROM private/base AS base\nFROM base',
  options: { contexts: ['base'] },
  references: [],
});
answers('a context is found by the short form of a reference, for whatever platform', {
  file: `FROM docker.io/library/app:latest\nCOPY --from=x.io/y:1 / /\nCOPY --from=z@${digest} / /`,
  options: { contexts: ['app::linux/arm64', 'x.io/y:1'] },
  references: [`${hub}z@${digest}`],
});

answers('ARG before the first stage gives values to FROM', {
  file: 'ARG VERSION=3.20 NAME="alpine"\nFROM ${NAME}:$VERSION',
  references: [`${hub}alpine:3.20`],
});
answers('an argument of the build wins over the file', {
  file: 'ARG VERSION=3.20\nFROM alpine:$VERSION',
  options: { args: { VERSION: '3.21', NOT_DECLARED: 'x' } },
  references: [`${hub}alpine:3.21`],
});
answers('an argument that no ARG declares has no value in FROM', {
  file: 'FROM alpine:$VERSION',
  options: { args: { VERSION: '3.21' } },
  references: [],
  unresolved: ['alpine:$VERSION'],
});
answers('ARG of a stage has no value in FROM', {
  file: 'FROM scratch\nARG A=busybox\nFROM $A',
  unresolved: ['$A'],
  references: [],
});
answers('ARG sees those above it', { file: 'ARG A=a\nARG B=$A-b C=${B}c\nFROM $C', references: [`${hub}a-bc:latest`] });
answers('a variable without a value that changes nothing does not matter', {
  file: 'FROM busybox${SUFFIX}',
  references: [`${hub}busybox:latest`],
  unresolved: [],
});
answers('a complaint about a missing value is no image', {
  file: 'ARG V\nFROM busybox:${V:?which one}',
  unresolved: ['busybox:${V:?which'],
});
answers('variables in COPY --from and mounts are refused by BuildKit', {
  file: 'ARG A=a\nFROM scratch\nCOPY --from=$A / /\nRUN --mount=from=${A},target=/x true',
  unresolved: ['$A', '${A}'],
  references: [],
});
answers('platform arguments are there without ARG, and overridden by arguments', {
  file: 'FROM --platform=$BUILDPLATFORM img-${TARGETOS}-${TARGETARCH}${TARGETVARIANT}:$BUILDARCH',
  options: {
    platform: platformArguments({ build: 'linux/amd64', target: 'linux/arm64/v8' }),
    args: { BUILDARCH: 'mine' },
  },
  references: [`${hub}img-linux-arm64v8:mine`],
});

answers('lines go on behind an escape character, comments and empty lines between', {
  file: 'FROM \\\n  # a comment \\\n\n  busybox:1 \\  \n  AS \\\n# another\n  x\nFROM x',
  references: [`${hub}busybox:1`],
  stages: ['x', '1'],
});
answers('two escape characters at the end continue nothing', {
  file: 'FROM a\nRUN echo \\\\\nFROM b',
  stages: ['0', '1'],
});
answers('the escape directive changes what continues a line', {
  file: '# escape=`\nFROM a\nRUN dir C:\\\nFROM `\n b',
  references: [`${hub}b:latest`],
  stages: ['0', '1'],
});
answers('line ends of Windows and a byte order mark do not matter', {
  file: '\uFEFF# syntax=docker/dockerfile:1\r\nFROM a \\\r\n AS x\r\nFROM x\r\n',
  references: [`${hub}a:latest`],
  syntax: 'docker.io/docker/dockerfile:1',
});
answers('names of instructions are written as one likes', {
  file: 'from a as B\nonbuild copy --from=c / /\nFroM b',
  references: [`${hub}a:latest`, `${hub}c:latest`],
});

for (const [title, heredoc] of [
  ['a heredoc', 'RUN <<EOF\nFROM x\nEOF'],
  ['a quoted heredoc', 'RUN <<"E O F"\nFROM x\nE O F'],
  ['a heredoc with tabs', 'RUN <<-EOF\n\tFROM x\n\tEOF'],
  ['a heredoc with a descriptor', 'RUN 3<<EOF cat\nFROM x\nEOF'],
  ['a heredoc with a blank before its name', 'RUN cat << EOF\nFROM x\nEOF'],
  ['two heredocs', 'COPY <<a <<b /to/\nFROM x\nb\na\nFROM x\na\nb'],
  ['a heredoc below ONBUILD', 'ONBUILD RUN <<EOF\nFROM x\nEOF'],
  ['a heredoc of ADD, with flags', 'ADD --chmod=644 <<EOF /f\nFROM x\nEOF'],
  ['a heredoc that ends in a name with a dollar', 'RUN <<$A\nFROM x\n$A'],
] as const) {
  answers(`the lines of ${title} are no instructions`, {
    file: `FROM a\n${heredoc}\nFROM b AS last`,
    stages: ['0', 'last'],
  });
}
for (const [title, line] of [
  ['three arrows', 'RUN cat <<<EOF'],
  ['arrows behind a word', 'RUN a<<EOF'],
  ['arrows in a list', 'RUN ["sh", "<<EOF"]'],
  ['arrows of an instruction that has no heredocs', 'ENV A=<<EOF'],
  ['quoted arrows', 'RUN echo "<<EOF"'],
  ['an open quote', "RUN cat <<EOF it's"],
] as const) {
  answers(`${title} begin no heredoc`, { file: `FROM a\n${line}\nFROM b`, stages: ['0', '1'] });
}

for (const [title, file, syntax] of [
  ['in a comment', '# syntax=docker/dockerfile:1\nFROM a', 'docker.io/docker/dockerfile:1'],
  ['with blanks, options and capitals', '#  SynTax = a.io/b:1  some options \n', 'a.io/b:1'],
  ['below other directives', '#check=skip=all\n#escape=`\n#syntax=x', `${hub}x:latest`],
  ['with a digest', `# syntax=a@${digest}`, `${hub}a@${digest}`],
  ['below a line for the shell', '#!/usr/bin/env x\n# syntax=x:1', `${hub}x:1`],
  ['in comments of another language', '// syntax=x:1\n{}', `${hub}x:1`],
  ['in JSON', ' {"a": 1, "syntax": "x:1"}', `${hub}x:1`],
  ['no reference', '# syntax=UPPER case', 'UPPER'],
  ['behind an instruction', 'FROM a\n# syntax=x', undefined],
  ['behind another comment', '# hello\n# syntax=x', undefined],
  ['twice: the first', '# syntax=x\n# syntax=y', `${hub}x:latest`],
  ['of a list', '{"syntax": ["x"]}', undefined],
] as const) {
  test(`the front end ${title}`, (t) => {
    t.is(scanDockerfile(file).syntax, syntax);
  });
}
test('an argument stands in for the syntax line', (t) => {
  t.is(scanDockerfile('# syntax=x', { args: { BUILDKIT_SYNTAX: 'y:2' } }).syntax, `${hub}y:2`);
});
