import { COMMANDS } from './commands/table.ts';
import { definitions } from './flags/help.ts';

/** `tsmoby --help`, for a terminal of so many columns. */
export function generalHelp(columns: number): string {
  const width = Math.max(30, Math.min(100, columns));
  return `tsmoby runs containers the Kubernetes way on one machine, without Kubernetes.

Usage:
  tsmoby COMMAND [arguments] [options]

Commands:
${definitions(
  COMMANDS.map(({ name, summary }) => [name, summary] as const),
  width,
)}

Try it:
  tsmoby daemon &
  tsmoby apply -f samples/quickstart
  tsmoby get all

"tsmoby COMMAND --help" shows the options and
examples of a command.
`;
}
