/** For a command with `-v=6` that watches: `meanwhile` begins when the server has taken up the watch, which kubectl then tells. */
export const watching = { ready: /[?&]watch=true\b.*\b200 OK/, err: /\b200 OK/ } as const;
