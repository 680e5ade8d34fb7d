import type * as Ansis from 'ansis' with { 'resolution-mode': 'import' };

/** Colours and styles as functions of a text. */
export type Colors = typeof Ansis.default;

// The package comes as CommonJS too, but its types say ESM.
const ansis = require('ansis') as typeof Ansis;

/** As the terminal, `NO_COLOR` and `FORCE_COLOR` have it. */
export const detectedColors: Colors = ansis.default;

/** None, whatever the terminal can do. */
export const noColors: Colors = new ansis.Ansis(0);
