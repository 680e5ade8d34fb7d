import type * as Ansis from 'ansis' with { 'resolution-mode': 'import' };

/** Colours and styles as functions of a text. */
export type Colors = typeof Ansis.default;

// The package comes as CommonJS too, but its types say ESM.
const ansis = require('ansis') as typeof Ansis;

/** None, whatever the terminal can do. */
export const noColors: Colors = new ansis.Ansis(0);

/** Those of the terminal; none where the stream isn't one, or `NO_COLOR` says so. `FORCE_COLOR` asks for them everywhere. */
export function colorsOf(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Colors {
  if (environment['NO_COLOR']) return noColors;
  const forced = environment['FORCE_COLOR'];
  const wants = forced === undefined ? stream.isTTY === true : forced !== '0' && forced !== 'false';
  return wants ? ansis.default : noColors;
}
