/** Objects that several groups of cases are given, as YAML. */
export const settings = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {app: web, tier: front}, annotations: {note: hello}}
data: {colour: red, size: "3"}
`;

export const token = `
apiVersion: v1
kind: Secret
metadata: {name: token, labels: {app: web}}
stringData: {word: secret}
`;

/** Secrets a, b and c, in another order than their names'. */
export const three = ['c', 'a', 'b']
  .map(
    (name, index) =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, labels: {app: ${name}}}\nstringData: {nr: "${index}"}\n`,
  )
  .join('---\n');

/** One of the kind that `widgets` defines. */
export const widget = (spec: string, name = 'a'): string =>
  `apiVersion: "%GROUP%/v1"\nkind: Widget\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
