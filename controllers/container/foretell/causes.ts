/** Why an instance gives place to another one, in words. Values are told of images only: all others may be secret. */
import type { InstanceState } from '../../../runtime/ports/containers.ts';
import type { Container } from '../../../schemas/gen/types.ts';
import { askedRestart, changedFields } from '../../../schemas/values/container-change.ts';
import type { PlanContext } from '../../engine/contract.ts';
import { changedPlaces, isRecreated, type Place } from '../configuration.ts';
import { madeAs } from '../made-as.ts';
import { imageSource } from '../names.ts';
import type { Look } from '../work.ts';

/** What is another thing than what `instance` was made for. */
export function whyReplaced(look: Look, instance: InstanceState, { before }: PlanContext): string {
  const { container, context } = look;
  const { apiVersion, kind, metadata } = container;
  const present = before.get<Container>({ apiVersion, kind }, metadata.namespace, metadata.name);
  const past = madeAs(container, instance, context);
  const former = past === undefined || past === container ? present : past;
  const words = [
    ...(former === undefined ? [] : fieldWords(former, container)),
    ...placeWords(
      container,
      changedPlaces(look.configuration, context.status.current.configuration).filter(isRecreated),
    ),
    ...(former !== undefined && wasAsked(former) !== wasAsked(container) ? ['a restart was asked for'] : []),
  ];
  if (words.length > 0) return words.join(' and ');
  if (look.image !== undefined && look.image.manifestDigest !== instance.manifestDigest) {
    return `${nameOf(container)} has other content`;
  }
  return 'the spec or the image changed';
}

const wasAsked = ({ metadata }: Container): string | undefined => askedRestart(metadata.annotations);

const nameOf = ({ spec }: Container): string => {
  const { image, imageFrom } = spec;
  return imageFrom === undefined ? `image ${image}` : `${imageFrom.kind} ${imageFrom.name}`;
};

function fieldWords(former: Container, container: Container): readonly string[] {
  const fields = changedFields(former.spec, container.spec).replacement;
  const isImage = (name: string): boolean => name === 'image' || name === 'imageFrom';
  return [
    ...(fields.some(isImage) ? [imageWord(former, container)] : []),
    ...fields.filter((name) => !isImage(name)).map((name) => `spec.${name} changed`),
  ];
}

function imageWord(former: Container, container: Container): string {
  const [from, to] = [former, container].map(({ spec }) => spec.image ?? imageSource(spec));
  return `spec.image changed from ${from} to ${to}`;
}

/** `ConfigMap site changed`, each object once. */
export const placeWords = (container: Container, places: readonly Place[]): readonly string[] => [
  ...new Set(places.map(({ source }) => `${objectOf(container, source)} changed`)),
];

/** The ConfigMap or Secret that shows at a place. */
function objectOf({ spec }: Container, source: string): string {
  if (source.startsWith('env:')) return source.slice('env:'.length).replace('/', ' ');
  const mount = (spec.volumeMounts ?? []).find(({ mountPath }) => mountPath === source);
  const volume = (spec.volumes ?? []).find(({ name }) => name === mount?.name);
  if (volume?.configMap !== undefined) return `ConfigMap ${volume.configMap.name}`;
  return volume?.secret === undefined ? `what is at ${source}` : `Secret ${volume.secret.secretName}`;
}
