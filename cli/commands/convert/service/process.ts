/** The process of a service: what runs, as whom, and how it ends. */
import { labelOf } from '../names.ts';
import { literal, secondsOf } from '../values.ts';
import type { Field, Handlers } from '../book/field.ts';
import { shellWords } from '../compose/shell-words.ts';
import type { ServiceDraft } from './draft.ts';

/** Text is split as by a shell; null is undefined: that of the image. */
export function commandOf(field: Field): readonly string[] | undefined {
  if (field.isNull) return undefined;
  if (field.node.type !== 'scalar') return field.texts();
  const text = field.text();
  return shellWords(text) ?? field.fail(`a quote is not closed in ${JSON.stringify(text)}`);
}

/** It is taken away, and not just left to the image. */
function hasNoEntrypoint({ plan }: ServiceDraft): boolean {
  const field = plan.field.get('entrypoint');
  return field !== undefined && commandOf(field)?.length === 0;
}

const idOrName = (text: string): number | string => (/^\d+$/.test(text) ? Number(text) : text);

export const processKeys: Handlers<ServiceDraft> = {
  image(field, draft) {
    draft.image = field.text();
    if (draft.plan.field.get('build') === undefined) field.to(draft.at('spec.image'));
  },
  command(field, draft) {
    draft.command = commandOf(field);
    if (draft.command === undefined) field.ignored('null: the command of the image');
    else if (draft.command.length === 0 && draft.plan.field.get('entrypoint') === undefined)
      field.about('', "empty: the image's own command runs, as with docker's engine");
    else field.to(draft.at(hasNoEntrypoint(draft) ? 'spec.command' : 'spec.args'));
  },
  entrypoint(field, draft) {
    draft.entrypoint = commandOf(field);
    if (draft.entrypoint === undefined) return field.ignored('null: the entrypoint of the image');
    if (draft.entrypoint.length > 0) return field.to(draft.at('spec.command'));
    if (draft.plan.field.get('command') !== undefined)
      return field.to(draft.at('spec.command, which holds the command'));
    return field.unsupported(
      'nothing can take the entrypoint away and leave the command: write the command of the image into command',
    );
  },
  working_dir(field, draft) {
    const path = field.text();
    if (!path.startsWith('/')) field.fail(`write an absolute path, and not ${JSON.stringify(path)}`);
    draft.spec.workingDir = path;
    field.to(draft.at('spec.workingDir'));
  },
  user(field, draft) {
    const [user = '', group] = field.text().split(':');
    if (user !== '') draft.security.runAsUser = idOrName(user);
    if (group !== undefined && group !== '') {
      draft.security.runAsGroup = idOrName(group);
      // docker looks for further groups only where none is given
      draft.security.supplementalGroupsPolicy = 'Strict';
    }
    field.to(draft.at(`spec.securityContext.runAsUser${group === undefined ? '' : ' and runAsGroup'}`));
  },
  group_add(field, draft) {
    draft.security.supplementalGroups = field.texts().map(idOrName);
    field.to(draft.at('spec.securityContext.supplementalGroups'));
  },
  hostname(field, draft) {
    const given = field.text();
    const [first = ''] = given.split('.');
    const name = labelOf(first);
    if (name === undefined) return field.unsupported(`"${given}" has no letter or digit: give another name`);
    draft.spec.hostname = name;
    if (name === given) field.to(draft.at('spec.hostname'));
    else field.about(draft.at('spec.hostname'), `"${name}": lower-case letters, digits and dashes, without a domain`);
  },
  init(field, draft) {
    draft.spec.init = field.boolean();
    field.to(draft.at('spec.init'));
  },
  tty(field, draft) {
    draft.spec.tty = field.boolean();
    field.to(draft.at('spec.tty'));
  },
  stdin_open(field, draft) {
    draft.spec.stdin = field.boolean();
    field.to(draft.at('spec.stdin'));
  },
  stop_signal(field, draft) {
    const signal = field.text().toUpperCase();
    draft.spec.lifecycle = { ...draft.spec.lifecycle, stopSignal: signal };
    field.to(draft.at('spec.lifecycle.stopSignal'));
  },
  stop_grace_period(field, draft) {
    const { seconds, rounded } = secondsOf(field);
    draft.spec.terminationGracePeriodSeconds = seconds;
    const target = draft.at('spec.terminationGracePeriodSeconds');
    if (rounded) field.about(target, `whole seconds: ${String(seconds)}`);
    else field.to(target);
  },
  container_name(field, draft) {
    const name = field.text();
    if (draft.plan.names.length > 1)
      return field.unsupported('several containers cannot have one name: the Containers are called after the service');
    draft.aliases.add(name);
    return field.about(
      draft.at('spec.networks[].aliases'),
      `the Container is called after its service, and found as "${name}"`,
    );
  },
};

/** `command` and `args` out of both. */
export function putCommand(draft: ServiceDraft): void {
  const { entrypoint, command } = draft;
  const words = (list: readonly string[]): readonly string[] => list.map(literal);
  if (entrypoint !== undefined && entrypoint.length > 0) {
    draft.spec.command = words(entrypoint);
    if (command !== undefined && command.length > 0) draft.spec.args = words(command);
  } else if (command !== undefined && command.length > 0) {
    // without the entrypoint of the image the command is all there is
    if (entrypoint === undefined) draft.spec.args = words(command);
    else draft.spec.command = words(command);
  }
}
