const LONGEST_NAME = 63;

/** The last part of a path or URL as the name of an object (a DNS label): `/srv/My Infra/` is `my-infra`; `fallback` where nothing is left of it. */
export function nameOfPlace(place: string, fallback: string): string {
  const last = place.replace(/\/+$/, '').replace(/^.*[/:]/, '');
  const name = last
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_NAME)
    .replaceAll(/^-+|-+$/g, '');
  return name === '' ? fallback : name;
}
