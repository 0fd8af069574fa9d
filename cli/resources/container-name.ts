import { findByTypedName } from '../../schemas/kinds.ts';
import { CommandError } from '../errors.ts';

/** The name in `web`, `container/web` or `ctr/web`; `what` is what only containers have. */
export function containerName(arg: string, what: string): string {
  const [typed = '', name] = arg.split('/');
  if (name === undefined) return typed;
  if (name === '' || findByTypedName(typed)?.kind !== 'Container')
    throw new CommandError(`only containers have ${what}: "${arg}" is none; write NAME or container/NAME`);
  return name;
}
