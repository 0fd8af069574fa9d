/**
 * Records docs/pictures/build.svg: quickstart's Build, an edit of its page, the rollout. The daemon of `npm run quickstart` must run.
 *
 * Usage: node tools/recording/main.ts
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout, places } from '../quickstart/places.ts';
import { Screen } from './screen.ts';
import { animatedSvg, type Frame } from './svg.ts';
import { runInTerminal } from './terminal.ts';

const SIZE = { columns: 84, rows: 26 } as const;
const PAGE = 'samples/quickstart/site/index.html';
/** What a reader needs to see what was typed, and what came. Milliseconds. */
const TYPED_MS = 700;
const READ_MS = 1600;
/** Longer silences are cut. */
const LONGEST_MS = 1000;
const END_MS = 5000;

interface Scene {
  readonly command: string;
  /** Waits for what the next one is to show. */
  readonly isHidden?: true;
}

const SCENES: readonly Scene[] = [
  { command: 'tsmoby get builds,containers' },
  { command: `echo '<h1>Edited</h1>' > ${PAGE}` },
  {
    command: "until tsmoby get build site -o jsonpath='{.status.lastBuild.phase}' | grep -q Running; do :; done",
    isHidden: true,
  },
  { command: 'tsmoby logs build/site -f --progress=tty' },
  { command: 'until curl -s http://127.0.0.1:18080/ | grep -q Edited; do sleep 0.1; done', isHidden: true },
  { command: 'curl http://127.0.0.1:18080/' },
  { command: 'tsmoby get builds,containers' },
];

async function main(): Promise<number> {
  const page = join(checkout, PAGE);
  const before = await readFile(page);
  try {
    const { frames, endMs } = await record();
    const folder = join(checkout, 'docs/pictures');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'build.svg'), animatedSvg(frames, { ...SIZE, endMs }));
    return 0;
  } finally {
    await writeFile(page, before);
  }
}

/** All scenes one after the other on one screen, with the waiting cut out. */
async function record(): Promise<{ readonly frames: readonly Frame[]; readonly endMs: number }> {
  const screen = new Screen(SIZE.columns);
  const frames: Frame[] = [];
  let at = 0;
  let last = Date.now();
  const take = (afterMs: number): void => {
    at += afterMs;
    frames.push({ at, lines: screen.runs(SIZE.rows) });
    last = Date.now();
  };
  const env = {
    ...process.env,
    PATH: `${join(checkout, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    TSMOBY_HOST: `unix://${join(places.run, 'tsmoby.sock')}`,
  };
  for (const { command, isHidden = false } of SCENES) {
    if (isHidden) {
      await runInTerminal(command, { ...SIZE, cwd: checkout, env }, () => undefined);
      continue;
    }
    screen.write(`\u001b[32m$\u001b[0m ${command}`);
    take(frames.length === 0 ? 0 : READ_MS);
    screen.write('\r\n');
    last = Date.now() - TYPED_MS;
    const code = await runInTerminal(command, { ...SIZE, cwd: checkout, env }, (text) => {
      const passed = Date.now() - last;
      screen.write(text);
      take(Math.min(passed, LONGEST_MS));
    });
    if (code !== 0) throw new Error(`${command} ended with ${code}`);
    screen.write('\r\n');
  }
  return { frames: thinned(frames), endMs: at + END_MS };
}

/** Of frames that follow each other within an instant, the last. */
function thinned(frames: readonly Frame[]): readonly Frame[] {
  return frames.filter((frame, index) => (frames[index + 1]?.at ?? Infinity) - frame.at >= 40);
}

process.exitCode = await main();
