/** What every BuilderPrograms does, whatever it runs. */
import { isRuntimeError } from '../../runtime/errors.ts';
import type { BuilderProgram, BuilderPrograms } from '../../runtime/ports/builder-programs.ts';
import type { Test } from './registry.ts';

export interface BuilderProgramsWorld extends AsyncDisposable {
  /** A program that is there. */
  readonly program: BuilderProgram;
  /** One that is not. */
  readonly missing?: BuilderProgram;
  readonly programs: BuilderPrograms;
  /** The next daemon's view of the same machine. */
  again(): BuilderPrograms;
  /** The program of this builder dies. */
  kill(name: string): Promise<void>;
}

export function builderProgramsSuite(test: Test, open: () => Promise<BuilderProgramsWorld>): void {
  test('what is found is run, answers at one place, and is run once', async (t) => {
    await using world = await open();
    const { programs, program } = world;
    t.true((await programs.find()).programs.includes(program));
    t.is(await programs.running('one'), undefined);
    t.deepEqual(await programs.list(), []);
    const [endpoint, same] = await Promise.all([programs.ensure('one', program), programs.ensure('one', program)]);
    t.deepEqual(same, endpoint);
    t.deepEqual(await programs.ensure('one', program), endpoint);
    t.deepEqual(await programs.running('one'), { program, endpoint });
    t.deepEqual(await programs.list(), ['one']);
  });

  test('the next daemon finds what runs', async (t) => {
    await using world = await open();
    const endpoint = await world.programs.ensure('one', world.program);
    const again = world.again();
    t.deepEqual(await again.running('one'), { program: world.program, endpoint });
    t.deepEqual(await again.ensure('one', world.program), endpoint);
  });

  test('one that died does not run, and is run again', async (t) => {
    await using world = await open();
    const { programs, program } = world;
    const endpoint = await programs.ensure('one', program);
    await world.kill('one');
    t.is(await programs.running('one'), undefined);
    t.deepEqual(await programs.list(), ['one']);
    t.deepEqual(await programs.ensure('one', program), endpoint);
    t.deepEqual(await programs.running('one'), { program, endpoint });
  });

  test('stopping keeps the state, removing does not, and both are success when there is nothing', async (t) => {
    await using world = await open();
    const { programs, program } = world;
    await programs.stop('one');
    await programs.remove('one');
    await programs.ensure('one', program);
    await programs.stop('one');
    t.is(await programs.running('one'), undefined);
    t.deepEqual(await programs.list(), ['one']);
    await programs.stop('one');
    await programs.remove('one');
    t.deepEqual(await programs.list(), []);
    await programs.ensure('one', program);
    await programs.remove('one');
    t.is(await programs.running('one'), undefined);
    t.deepEqual(await programs.list(), []);
  });

  test('a program that is not there is refused with what is missing', async (t) => {
    await using world = await open();
    const { missing, programs } = world;
    if (missing === undefined) {
      t.pass('both are there');
      return;
    }
    const error = await t.throwsAsync(programs.ensure('one', missing));
    t.true(isRuntimeError(error, 'Unsupported'));
    t.regex(error?.message ?? '', new RegExp(missing));
    t.deepEqual(await programs.list(), []);
  });
}
